#include "passes/rules/object_names.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

#include "passes/expand/sharing.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::uint32_t count_of(std::int64_t replicas) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(replicas, 0, 0xFFFFFFFF));
}

class Collector {
 public:
  Collector(Arena& arena, const PodCliqueSet& set, const Scale& scale) : arena_(arena), set_(set), scale_(scale) {
    limits_.set_replica = count_of(scale.set);
  }

  void gangs() {
    add("PodGang", names::base_gang(arena_, set_.name), limits_, name_at(), set_.name, "metadata.name");
    for (const ScalingGroup& g : set_.groups) {
      Instance limits = limits_of(g);
      const auto least = static_cast<std::uint32_t>(std::max(g.min_available, 0));
      limits.scaled_gang = limits.group_replica > least ? limits.group_replica - least : 0;
      add("PodGang", names::scaled_gang(arena_, set_.name, g.name), limits, g, group_path(g.index, ".name"));
      add("PodCliqueScalingGroup", names::scaling_group(arena_, set_.name, g.name), limits, g,
          group_path(g.index, ".name"));
    }
  }

  void cliques() {
    for (const Clique& c : set_.cliques) add("PodClique", name_of(c), limits_of(c), c, clique_path(c.index, ".name"));
  }

  void autoscalers() {
    for (const Clique& c : set_.cliques)
      if (c.auto_scaling && !c.group)
        add("HorizontalPodAutoscaler", name_of(c), limits_of(c), c, clique_path(c.index, ".name"));
    for (const ScalingGroup& g : set_.groups)
      if (g.auto_scaling)
        add("HorizontalPodAutoscaler", names::scaling_group(arena_, set_.name, g.name), limits_of(g), g,
            group_path(g.index, ".name"));
  }

  /// Those that pods of `only` get, or all.
  void claims(const Clique* only) {
    using Level = ClaimUse::Level;
    auto wanted = [&](Level level, const SharingEntry& e) { return !only || filter_matches(set_, level, e, *only); };
    for (std::size_t k = 0; k < set_.sharing.size(); ++k)
      if (wanted(Level::kSet, set_.sharing[k]))
        claim(set_.sharing[k], Value::string(set_.name), Hole::kSetReplica, limits_, entry("spec.template", k));
    for (std::size_t s = 0; s < set_.groups.size(); ++s) {
      const GroupId id = set_.groups.id_at(s);
      const ScalingGroup& g = set_.groups[id];
      if (only && only->group != id) continue;
      for (std::size_t k = 0; k < g.sharing.size(); ++k)
        if (wanted(Level::kGroup, g.sharing[k]))
          claim(g.sharing[k], names::scaling_group(arena_, set_.name, g.name), Hole::kGroupReplica, limits_of(g),
                entry(group_path(g.index, ""), k));
    }
    for (const Clique& c : set_.cliques)
      for (std::size_t k = 0; k < c.sharing.size() && (!only || only->index == c.index); ++k)
        claim(c.sharing[k], name_of(c), Hole::kPodIndex, limits_of(c), entry(clique_path(c.index, ""), k));
  }

  std::vector<ObjectName> take() { return std::move(out_); }

 private:
  OriginId name_at() const { return set_.node ? (*set_.node)["metadata"]["name"].at() : kNowhere; }
  Instance limits_of(const ScalingGroup& g) const {
    Instance limits = limits_;
    limits.group_replica = count_of(scale_.groups[g.index]);
    return limits;
  }
  Instance limits_of(const Clique& c) const {
    Instance limits = c.group ? limits_of(set_.groups[*c.group]) : limits_;
    limits.pod_index = count_of(scale_.cliques[c.index]);
    return limits;
  }
  Value name_of(const Clique& c) const {
    return c.group ? names::member_clique(arena_, set_.name, set_.groups[*c.group].name, c.name)
                   : names::standalone_clique(arena_, set_.name, c.name);
  }
  static std::string entry(const std::string& owner, std::size_t k) {
    return owner + ".resourceSharing[" + std::to_string(k) + "].name";
  }

  void add(std::string_view kind, const Value& name, const Instance& limits, OriginId at, std::string_view declared,
           std::string path) {
    out_.push_back({&set_, kind, name, limits, at, declared, std::move(path)});
  }
  template <class Template>
  void add(std::string_view kind, const Value& name, const Instance& limits, const Template& t, std::string path) {
    add(kind, name, limits, t.at("name"), t.name, std::move(path));
  }
  void claim(const SharingEntry& e, const Value& owner, Hole replica, const Instance& limits, std::string path) {
    const Value name = e.scope == SharingScope::kAllReplicas ? names::claim_all(arena_, owner, e.name)
                                                             : names::claim_each(arena_, owner, replica, e.name);
    add("ResourceClaim", name, limits, e, std::move(path));
  }

  Arena& arena_;
  const PodCliqueSet& set_;
  const Scale& scale_;
  Instance limits_;
  std::vector<ObjectName> out_;
};

/// A number in a name: written out, or a hole.
struct Number {
  std::string_view digits;
  std::uint32_t limit = 0;
  bool is_hole = false;
};

/// A name with its numbers taken out. Holes stand between hyphens, so a number is wholly a hole or wholly written out,
/// and names that can be equal have the same `text`.
struct Split {
  std::string text;             ///< `#` for each number
  std::vector<Number> numbers;  ///< in order
  std::string holes() const {
    std::string mask;
    for (const Number& n : numbers) mask += n.is_hole ? '#' : '.';
    return mask;
  }
};

void split_text(std::string_view text, Split& out) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == i) {
      out.text += text[i++];
    } else {
      out.text += '#';
      out.numbers.push_back({text.substr(i, end - i), 0, false});
      i = end;
    }
  }
}

Split split(const ObjectName& n) {
  Split out;
  if (n.name.is_string()) split_text(n.name.as_string(), out);
  for (const Piece& piece : n.name.pieces()) {
    if (!piece.is_hole) {
      split_text(piece.text, out);
      continue;
    }
    out.text += '#';
    out.numbers.push_back({{}, index_of(piece.hole, n.limits), true});
  }
  return out;
}

bool can_be(const Number& hole, const Number& written) {
  std::uint32_t value = 0;
  const std::string_view d = written.digits;
  auto [end, error] = std::from_chars(d.data(), d.data() + d.size(), value);
  return error == std::errc() && value < hole.limit && (d.size() == 1 || d[0] != '0');
}

bool can_be_equal(const Split& a, const Split& b) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    const Number &x = a.numbers[i], &y = b.numbers[i];
    const bool ok = x.is_hole && y.is_hole ? x.limit > 0 && y.limit > 0
                    : x.is_hole            ? can_be(x, y)
                    : y.is_hole            ? can_be(y, x)
                                           : x.digits == y.digits;
    if (!ok) return false;
  }
  return true;
}

std::string common_text(const Split& a, const Split& b) {
  std::string out;
  std::size_t i = 0;
  for (char c : a.text) {
    if (c != '#') {
      out += c;
      continue;
    }
    const Number &x = a.numbers[i], &y = b.numbers[i];
    out += !x.is_hole ? x.digits : !y.is_hole ? y.digits : std::string_view("0");
    ++i;
  }
  return out;
}

/// The numbers that are written out in every name of both masks: equal names agree in them.
std::string written_numbers(const Split& s, const std::string& a, const std::string& b) {
  std::string out;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] == '.' && b[i] == '.') out += std::string(s.numbers[i].digits) + ' ';
  return out;
}

constexpr std::size_t kMostComparisons = 1'000'000;

/// Looks through names that have the same text but for their numbers. Those with holes at the same places are compared
/// with those that have them at other places by look-ups, not each with each.
class Bucket {
 public:
  Bucket(const std::vector<Split>& all, const std::vector<std::size_t>& members) : all_(all) {
    for (std::size_t m : members) by_holes_[all[m].holes()].push_back(m);
  }

  template <class Report>
  void compare(std::size_t& budget, const Report& report) const {
    for (auto a = by_holes_.begin(); a != by_holes_.end(); ++a)
      for (auto b = a; b != by_holes_.end(); ++b) compare(*a, *b, budget, report);
  }

 private:
  using Group = std::pair<const std::string, std::vector<std::size_t>>;

  template <class Report>
  void compare(const Group& a, const Group& b, std::size_t& budget, const Report& report) const {
    std::unordered_map<std::string, std::vector<std::size_t>> table;
    for (std::size_t m : a.second) table[written_numbers(all_[m], a.first, b.first)].push_back(m);
    for (std::size_t second : b.second)
      for (std::size_t first : table[written_numbers(all_[second], a.first, b.first)]) {
        if (&a == &b && first >= second) break;
        if (budget == 0) return;
        --budget;
        if (!can_be_equal(all_[first], all_[second])) continue;
        report(std::min(first, second), std::max(first, second));
        break;
      }
  }

  const std::vector<Split>& all_;
  std::map<std::string, std::vector<std::size_t>> by_holes_;
};

}  // namespace

std::int64_t most_replicas(std::int32_t replicas, const std::optional<AutoScaling>& scaling) {
  return scaling ? std::max(replicas, scaling->max_replicas) : replicas;
}

std::vector<ObjectName> object_names(Arena& arena, const PodCliqueSet& set, const Scale& scale) {
  Collector names(arena, set, scale);
  names.gangs();
  names.cliques();
  names.autoscalers();
  names.claims(nullptr);
  return names.take();
}

bool can_names_meet(const PodCliqueSet& set) {
  auto has_digit = [](std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  std::size_t shared = set.sharing.size();
  bool found = false;
  for (const ScalingGroup& g : set.groups) {
    shared += g.sharing.size();
    found |= has_digit(g.name);
  }
  for (const Clique& c : set.cliques) {
    shared += c.sharing.size();
    found |= has_digit(c.name) || (c.auto_scaling && set.find_group(c.name));
  }
  return found || shared > 1;
}

std::vector<ObjectName> shared_claim_names(Arena& arena, const PodCliqueSet& set, const Clique& clique,
                                           const Scale& scale) {
  Collector names(arena, set, scale);
  names.claims(&clique);
  return names.take();
}

void find_same_names(
    std::span<const ObjectName> names,
    const std::function<void(const ObjectName& first, const ObjectName& second, const std::string& text)>& report) {
  std::vector<Split> all;
  std::map<std::string, std::vector<std::size_t>> buckets;
  for (const ObjectName& n : names) {
    all.push_back(split(n));
    buckets[std::string(n.kind) + '/' + std::string(n.set->namespace_) + '/' + all.back().text].push_back(all.size() -
                                                                                                          1);
  }
  std::map<std::size_t, std::size_t> found;  // the first one for each second one, in their order
  std::size_t budget = kMostComparisons;
  for (const auto& [key, members] : buckets)
    if (members.size() > 1)
      Bucket(all, members).compare(budget, [&](std::size_t a, std::size_t b) { found.try_emplace(b, a); });
  for (const auto& [second, first] : found) report(names[first], names[second], common_text(all[first], all[second]));
}

}  // namespace grovec::passes
