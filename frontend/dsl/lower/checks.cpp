#include <algorithm>

#include "frontend/dsl/lower/lowering.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

namespace {

constexpr __int128 kCap = static_cast<__int128>(1) << 80;  // far above any cluster, far below overflow
__int128 times(__int128 a, __int128 b) { return a == 0 || b <= kCap / a ? a * b : kCap; }

/// What the assertions may ask about one clique, one group or one set. Resources in thousandths.
struct Totals {
  __int128 pods = 0, gpus = 0, cpu = 0, memory = 0;
  void add(const Totals& other, __int128 factor) {
    pods += times(other.pods, factor);
    gpus += times(other.gpus, factor);
    cpu += times(other.cpu, factor);
    memory += times(other.memory, factor);
  }
};

std::int64_t whole(const ir::Value* v, std::int64_t otherwise) {
  return v && v->kind() == ir::ValueKind::kInt ? std::max<std::int64_t>(0, v->as_int()) : otherwise;
}

__int128 quantity(const ir::Value* v) {
  if (v == nullptr) return 0;
  if (v->kind() == ir::ValueKind::kInt) return static_cast<__int128>(v->as_int()) * 1000;
  if (v->kind() == ir::ValueKind::kDouble) return static_cast<__int128>(v->as_double() * 1000);
  return parse_number(v->as_string()).value_or(0);
}

/// Bounds and declared count of something that scales.
struct Range {
  std::int64_t declared = 1, low = 1, high = 1;
  bool scales = false;
};

Range count_range(const ir::Value* owner, const ir::Value* config) {
  Range r;
  r.declared = whole(owner ? owner->find("replicas") : nullptr, 1);
  r.low = r.high = r.declared;
  if (config == nullptr || config->kind() != ir::ValueKind::kMapping) return r;
  r.scales = true;
  r.low = whole(config->find("minReplicas"), r.declared);
  r.high = whole(config->find("maxReplicas"), r.declared);
  return r;
}

class SetFacts {
 public:
  explicit SetFacts(const ir::Value& root) : template_(root.find("spec", "template")) {
    replicas_ = whole(root.find("spec", "replicas"), 1);
    if (template_ == nullptr) return;
    std::unordered_map<std::string_view, std::string_view> group_of;
    for (const ir::Value& g : (*template_)["podCliqueScalingGroups"].items()) {
      names_.push_back(g["name"].as_string());
      groups_[g["name"].as_string()] = {&g, {}, range_of(&g, "scaleConfig")};
      for (const ir::Value& c : g["cliqueNames"].items()) group_of.emplace(c.as_string(), g["name"].as_string());
    }
    for (const ir::Value& c : (*template_)["cliques"].items()) {
      const std::string_view name = c["name"].as_string();
      const ir::Value& spec = c["spec"];
      Entry entry{&spec, {}, range_of(&spec, "autoScalingConfig")};
      entry.totals.add(pod_totals(spec), entry.range.declared);
      auto it = group_of.find(name);
      if (it == group_of.end()) {
        total_.add(entry.totals, replicas_);
      } else {
        Entry& group = groups_[it->second];
        group.totals.add(entry.totals, group.range.declared);
        total_.add(entry.totals, times(replicas_, group.range.declared));
      }
      names_.push_back(name);
      cliques_[name] = entry;
    }
  }

  const Totals& total() const { return total_; }
  std::int64_t replicas() const { return replicas_; }
  const std::vector<std::string_view>& names() const { return names_; }
  /// Whether every count is a number; what is none is reported later, and nothing follows from it.
  bool readable() const { return readable_; }

  const Range* range(std::string_view name) const {
    const Entry* e = entry(name);
    return e ? &e->range : nullptr;
  }

  std::optional<Constant> of(std::string_view name, std::string_view what) const {
    const Entry* e = entry(name);
    if (e == nullptr) return std::nullopt;
    if (auto c = named(e->totals, what)) return c;
    const auto number = [](std::int64_t n) { return Constant::number(static_cast<__int128>(n) * 1000); };
    if (what == "replicas") return number(e->range.declared);
    if (what == "minReplicas") return number(e->range.low);
    if (what == "maxReplicas") return number(e->range.high);
    if (what == "min" || what == "minAvailable")
      return number(whole(e->value->find("minAvailable"), e->range.declared));
    return std::nullopt;
  }

  static std::optional<Constant> named(const Totals& t, std::string_view what) {
    if (what == "pods") return Constant::number(t.pods * 1000);
    if (what == "gpus") return Constant::number(t.gpus);
    if (what == "cpu") return Constant::number(t.cpu);
    if (what == "memory") return Constant::number(t.memory);
    return std::nullopt;
  }

 private:
  struct Entry {
    const ir::Value* value = nullptr;
    Totals totals;
    Range range;
  };

  const Entry* entry(std::string_view name) const {
    for (const auto* map : {&cliques_, &groups_})
      if (auto it = map->find(name); it != map->end()) return &it->second;
    return nullptr;
  }

  static Totals pod_totals(const ir::Value& spec) {
    Totals t;
    t.pods = 1;
    for (const ir::Value& c : spec["podSpec"]["containers"].items()) {
      const ir::Value& limits = c["resources"]["limits"];
      const ir::Value& requests = c["resources"]["requests"];
      auto amount = [&](std::string_view name) {
        const ir::Value* v = requests.find(name);
        return quantity(v ? v : limits.find(name));
      };
      t.gpus += amount("nvidia.com/gpu");
      t.cpu += amount("cpu");
      t.memory += amount("memory");
    }
    return t;
  }

  const ir::Value* template_;
  /// Remembers if a count is no number.
  Range range_of(const ir::Value* owner, const char* config_name) {
    const ir::Value* config = owner ? owner->find(config_name) : nullptr;
    for (const ir::Value* part : {owner, config})
      for (const char* count : {"replicas", "minAvailable", "minReplicas", "maxReplicas"})
        if (const ir::Value* v = part ? part->find(count) : nullptr)
          readable_ &= v->kind() == ir::ValueKind::kInt || v->is_null();
    return count_range(owner, config);
  }

  std::int64_t replicas_ = 1;
  bool readable_ = true;
  Totals total_;
  std::vector<std::string_view> names_;
  std::unordered_map<std::string_view, Entry> cliques_, groups_;
};

class AssertionFacts final : public Facts {
 public:
  explicit AssertionFacts(const std::vector<ir::Value>& sets) {
    for (const ir::Value& set : sets) {
      sets_.emplace_back(set);
      total_.add(sets_.back().total(), 1);
    }
  }
  std::optional<Constant> fact(std::string_view name) const override {
    if (auto c = SetFacts::named(total_, name)) return c;
    if (name == "replicas" && sets_.size() == 1)
      return Constant::number(static_cast<__int128>(sets_[0].replicas()) * 1000);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || sets_.size() != 1) return std::nullopt;
    return sets_[0].of(name.substr(0, dot), name.substr(dot + 1));
  }
  std::vector<std::string_view> names() const override { return {"pods", "gpus", "cpu", "memory", "replicas"}; }
  bool readable() const {
    return std::all_of(sets_.begin(), sets_.end(), [](const SetFacts& set) { return set.readable(); });
  }
  std::string_view missing_owner(std::string_view name) const override {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || sets_.size() != 1) return {};
    const std::string_view owner = name.substr(0, dot);
    return sets_[0].range(owner) ? std::string_view() : owner;
  }

 private:
  std::vector<SetFacts> sets_;
  Totals total_;
};

std::string range_text(const Range& r) {
  return r.scales ? std::to_string(r.low) + ".." + std::to_string(r.high) : std::to_string(r.declared);
}

}  // namespace

void Lowering::check_assertion(const Later& later, const std::vector<ir::Value>& sets) {
  const Statement& s = *later.statement;
  if (s.expression == nullptr) return;
  const AssertionFacts facts(sets);
  Seen seen;
  auto holds = program_.evaluator().evaluate(*s.expression, *later.frame.scope, later.frame.source, &facts, &seen);
  if (!holds) return;
  const Span at = s.expression->at;
  const OriginId o = origin(at, later.frame);
  if (holds->kind != Constant::Kind::kBool) {
    context_.diags.report(o, diag::DslExpressionType, "a condition", "a value", constant_text(*holds));
    return;
  }
  if (holds->truth || !facts.readable()) return;
  const std::string_view text = context_.sources.text(later.frame.source).substr(at.begin, at.end - at.begin);
  auto report = s.has_value ? context_.diags.report(o, diag::DslAssertionMessage, s.value.text, text)
                            : context_.diags.report(o, diag::DslAssertion, text);
  for (const auto& [name, value] : seen) report.note(o, diag::DslValueIs, name, value);
}

/// `ratio A : B = n : m`: whatever count A is scaled to that is a multiple of n, B must be able to follow.
void Lowering::check_ratio(const Later& later, const ir::Value& set) {
  const Statement& s = *later.statement;
  std::vector<Word> parts;  // `a:b` without blanks is one word
  for (const Word& w : s.words) {
    const std::size_t colon = w.text.find(':');
    if (colon == std::string_view::npos) {
      parts.push_back(w);
    } else {
      const auto split = static_cast<std::uint32_t>(w.at.begin + colon);
      parts.push_back({w.text.substr(0, colon), {w.at.begin, split}, false});
      parts.push_back({w.text.substr(colon + 1), {split + 1, w.at.end}, false});
    }
  }
  const OriginId at = origin(s.at, later.frame);
  if (parts.size() != 4) {
    context_.diags.report(at, diag::DslBadRatio);
    return;
  }
  const SetFacts facts(set);
  const Range* ranges[2] = {facts.range(parts[0].text), facts.range(parts[1].text)};
  std::int64_t numbers[2] = {};
  bool ok = true;
  for (int i = 0; i < 2; ++i) {
    if (ranges[i] == nullptr) {
      const OriginId where = origin(parts[i].at, later.frame);
      auto report = context_.diags.report(where, diag::DslUnknownMember, parts[i].text);
      if (auto near = nearest_name(parts[i].text, facts.names()); !near.empty())
        report.note(where, diag::DslDidYouMean, near);
      ok = false;
    }
    const auto n = parse_number(parts[static_cast<std::size_t>(i) + 2].text);
    if (!n || *n < 1000 || *n > 1'000'000'000 || *n % 1000 != 0) {
      context_.diags.report(origin(parts[static_cast<std::size_t>(i) + 2].at, later.frame), diag::DslBadRatio);
      ok = false;
    } else {
      numbers[i] = static_cast<std::int64_t>(*n / 1000);
    }
  }
  if (!ok || !facts.readable()) return;
  const Range &a = *ranges[0], &b = *ranges[1];
  const std::int64_t n = numbers[0], m = numbers[1];
  const std::string name = std::string(parts[0].text) + " : " + std::string(parts[1].text) + " = " + std::to_string(n) +
                           " : " + std::to_string(m);
  if (a.declared % n != 0 || a.declared / n * m != b.declared || a.declared == 0) {
    context_.diags.report(at, diag::DslRatioDeclared, name,
                          std::to_string(a.declared) + " : " + std::to_string(b.declared));
    return;
  }
  const std::int64_t first = (std::max<std::int64_t>(a.low, 1) + n - 1) / n * n, last = a.high / n * n;
  if (first > last) {
    context_.diags.report(at, diag::DslRatioEmpty, name, parts[0].text, range_text(a));
    return;
  }
  for (const std::int64_t count : {first, last}) {
    const std::int64_t needed = count / n * m;
    if (needed >= b.low && needed <= b.high) continue;
    const std::string pair = std::to_string(count) + " of `" + std::string(parts[0].text) + "` need " +
                             std::to_string(needed) + " of `" + std::string(parts[1].text) + "`";
    context_.diags.report(at, diag::DslRatioUnreachable, name, pair, range_text(b));
    return;
  }
}

void Lowering::drop_uncertain(std::size_t from, const std::vector<std::string>& places) {
  if (places.empty()) return;
  const bool lacks_names = std::any_of(places.begin(), places.end(),
                                       [](const std::string& place) { return place.empty() || place.ends_with("[]"); });
  auto uncertain = [&](const Diagnostic& d) {
    const std::uint16_t code = d.info->code;
    if (code == diag::DslUnknownMember.code || code == diag::DslUnknownName.code) return lacks_names;
    return code == diag::DslAssertion.code || code == diag::DslAssertionMessage.code ||
           code == diag::DslRatioDeclared.code || code == diag::DslRatioEmpty.code ||
           code == diag::DslRatioUnreachable.code;
  };
  std::vector<Diagnostic>& all = context_.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), uncertain), all.end());
}

}  // namespace grovec::frontend::dsl
