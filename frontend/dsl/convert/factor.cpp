#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "frontend/dsl/convert/factor.h"
#include "frontend/dsl/node.h"
#include "frontend/dsl/syntax/print.h"
#include "frontend/dsl/syntax/text.h"

namespace grovec::frontend::dsl {

// ---------------------------------------------------------------------------------------------------------------------
// Copies
// ---------------------------------------------------------------------------------------------------------------------

ValueSyntax clone(const ValueSyntax& v) {
  ValueSyntax out;
  out.form = v.form;
  out.at = v.at;
  out.text = v.text;
  out.parts = v.parts;
  out.inline_list = v.inline_list;
  for (const ValueSyntax& item : v.items) out.items.push_back(clone(item));
  if (v.block) {
    out.block = std::make_unique<Block>();
    out.block->inline_block = v.block->inline_block;
    for (const Statement& s : v.block->statements) out.block->statements.push_back(clone(s));
  }
  return out;
}

Statement clone(const Statement& s) {
  Statement out;
  out.kind = s.kind;
  out.at = s.at;
  out.name = s.name;
  out.words = s.words;
  out.has_value = s.has_value;
  out.value = clone(s.value);
  out.joined = s.joined;
  for (const Pair& p : s.pairs) out.pairs.push_back({p.key, clone(p.value), p.at});
  for (const Toleration& t : s.tolerations) out.tolerations.push_back({t.key, t.has_value, clone(t.value), t.at});
  for (const Statement& a : s.attributes) out.attributes.push_back(clone(a));
  if (s.block) {
    out.block = std::make_unique<Block>();
    out.block->inline_block = s.block->inline_block;
    for (const Statement& inner : s.block->statements) out.block->statements.push_back(clone(inner));
  }
  return out;
}

Statement assemble(CliqueDraft&& draft) {
  Statement out = std::move(draft.head);
  std::vector<Statement> body = std::move(draft.pod);
  const bool named = !draft.container_name.empty();
  if (draft.has_single && (!draft.flat || (named && !draft.shares_container_fields))) {
    Statement c;
    c.kind = named ? StatementKind::kContainer : StatementKind::kField;
    c.name = {named ? draft.container_name : std::string_view("container"), {}, false};
    c.at = draft.container.empty() ? out.at : draft.container.front().at;
    if (!named || !draft.container.empty()) {
      c.block = std::make_unique<Block>();
      c.block->inline_block = true;
      c.block->statements = std::move(draft.container);
    }
    body.push_back(std::move(c));
  } else if (draft.has_single) {
    // A clique without any field of a container has none: an empty block makes one.
    const bool needs_container = draft.container.empty() && !draft.shares_container_fields;
    if (named || needs_container) {
      Statement c;
      c.kind = named ? StatementKind::kContainer : StatementKind::kField;
      c.name = {named ? draft.container_name : std::string_view("container"), {}, false};
      c.at = out.at;
      if (!named) c.block = std::make_unique<Block>();
      body.insert(body.begin(), std::move(c));
    }
    for (Statement& s : draft.container) body.push_back(std::move(s));
  }
  if (!body.empty()) {
    out.block = std::make_unique<Block>();
    out.block->inline_block = true;
    out.block->statements = std::move(body);
  }
  // `scale` takes the pairs behind it, so it comes last.
  std::stable_partition(out.attributes.begin(), out.attributes.end(),
                        [](const Statement& s) { return s.kind != StatementKind::kScale; });
  return out;
}

namespace {

// ---------------------------------------------------------------------------------------------------------------------
// What cliques share
// ---------------------------------------------------------------------------------------------------------------------

constexpr std::size_t kMostMixins = 8;
constexpr std::size_t kMostCandidates = 64;
constexpr std::size_t kMostStatements = 20'000;
constexpr std::size_t kMostParameters = 3;

/// A statement of a clique that may move.
struct Unit {
  std::size_t clique;
  bool of_container;
  Statement* statement;
  std::string text;   ///< printed
  std::string field;  ///< what it sets
};

std::string field_of(const Statement& s) {
  std::string out = std::to_string(static_cast<int>(s.kind));
  if (s.kind != StatementKind::kTolerate && s.kind != StatementKind::kPack) out.append(":").append(s.name.text);
  return out;
}

/// Scalars of a statement, in order.
void leaves(ValueSyntax& v, std::vector<ValueSyntax*>& out);
void leaves(Statement& s, std::vector<ValueSyntax*>& out) {
  for (Pair& p : s.pairs) leaves(p.value, out);
  if (s.has_value) leaves(s.value, out);
  if (s.block)
    for (Statement& inner : s.block->statements) leaves(inner, out);
}
void leaves(ValueSyntax& v, std::vector<ValueSyntax*>& out) {
  if (v.form == ValueForm::kList) {
    for (ValueSyntax& item : v.items) leaves(item, out);
  } else if (v.form == ValueForm::kBlock) {
    for (Statement& s : v.block->statements) leaves(s, out);
  } else {
    out.push_back(&v);
  }
}

/// Text of a statement with its scalars replaced by a mark: equal for statements that differ in scalars only.
std::string skeleton(const Statement& s) {
  Statement copy = clone(s);
  std::vector<ValueSyntax*> all;
  leaves(copy, all);
  for (ValueSyntax* v : all) {
    v->form = ValueForm::kBare;
    v->text = "_";
  }
  return print(copy);
}

bool is_boundary(std::string_view text, std::size_t i) { return i >= text.size() || (text[i] & 0xC0) != 0x80; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// How a parameter stands for what differs.
struct Parameterised {
  std::size_t leaf = 0;
  std::string prefix, suffix;      ///< text around it; empty: it is the whole scalar
  std::vector<std::string> given;  ///< one for each clique of the group
  bool whole = true;
};

class Factoring {
 public:
  Factoring(std::vector<CliqueDraft*>& cliques, Tree& tree) : cliques_(cliques), tree_(tree) {}

  std::vector<Statement> run() {
    std::vector<Statement> mixins;
    while (mixins.size() < kMostMixins) {
      collect();
      if (units_.size() > kMostStatements) break;
      auto best = choose();
      if (!best) break;
      mixins.push_back(apply(*best));
    }
    return mixins;
  }

 private:
  struct Choice {
    std::vector<std::size_t> cliques;
    std::vector<std::string> exact;                           ///< printed statements
    std::vector<std::pair<std::string, Parameterised>> with;  ///< fields with a parameter
    long saved = 0;
  };

  void collect() {
    units_.clear();
    for (std::size_t i = 0; i < cliques_.size(); ++i) {
      CliqueDraft& d = *cliques_[i];
      if (!d.flat) continue;
      for (Statement& s : d.pod) units_.push_back({i, false, &s, print(s), field_of(s)});
      for (Statement& s : d.container) {
        // Joined pairs move together with the first of them or not at all; keep it simple: not at all.
        if (s.kind != StatementKind::kPair) units_.push_back({i, true, &s, print(s), field_of(s)});
      }
    }
  }

  std::optional<Choice> choose() {
    std::map<std::string_view, std::vector<std::size_t>> sharers;
    for (const Unit& u : units_) sharers[u.text].push_back(u.clique);
    std::vector<std::vector<std::size_t>> groups;
    for (const auto& [text, cliques] : sharers)
      if (cliques.size() > 1 && std::adjacent_find(cliques.begin(), cliques.end()) == cliques.end() &&
          std::find(groups.begin(), groups.end(), cliques) == groups.end() && groups.size() < kMostCandidates)
        groups.push_back(cliques);
    std::optional<Choice> best;
    for (const auto& group : groups) {
      Choice c = evaluate(group);
      if (c.saved > 0 && (!best || c.saved > best->saved)) best = std::move(c);
    }
    return best;
  }

  Choice evaluate(const std::vector<std::size_t>& group) {
    Choice c;
    c.cliques = group;
    std::map<std::string, std::vector<const Unit*>> by_field;
    std::unordered_map<std::size_t, bool> member;
    for (std::size_t i : group) member[i] = true;
    for (const Unit& u : units_)
      if (member.contains(u.clique)) by_field[u.field].push_back(&u);
    const long head = 12 + static_cast<long>(name().size());
    long saved = -head, per_use = 3 + static_cast<long>(name().size());
    for (auto& [field, units] : by_field) {
      if (units.size() != group.size()) continue;
      bool once = true;
      for (std::size_t k = 0; k < units.size(); ++k) once &= units[k]->clique == group[k];
      if (!once) continue;
      const bool equal =
          std::all_of(units.begin(), units.end(), [&](const Unit* u) { return u->text == units[0]->text; });
      if (equal) {
        c.exact.push_back(units[0]->text);
        saved += static_cast<long>((units.size() - 1) * (units[0]->text.size() + 3));
      } else if (c.with.size() < kMostParameters) {
        if (auto p = parameterise(units)) {
          long before = 0, after = static_cast<long>(units[0]->text.size()) + 20;
          for (std::size_t k = 0; k < units.size(); ++k) {
            before += static_cast<long>(units[k]->text.size()) + 3;
            after += static_cast<long>(p->given[k].size()) + 4;
          }
          if (before <= after) continue;
          saved += before - after;
          c.with.emplace_back(field, std::move(*p));
        }
      }
    }
    saved -= per_use * static_cast<long>(group.size());
    c.saved = c.exact.empty() ? 0 : saved;
    return c;
  }

  /// The one scalar in which the statements differ, if it is one.
  std::optional<Parameterised> parameterise(const std::vector<const Unit*>& units) {
    const std::string shape = skeleton(*units[0]->statement);
    std::vector<std::vector<ValueSyntax*>> all(units.size());
    for (std::size_t k = 0; k < units.size(); ++k) {
      if (units[k]->statement->kind != StatementKind::kField || skeleton(*units[k]->statement) != shape)
        return std::nullopt;
      leaves(*units[k]->statement, all[k]);
    }
    std::optional<std::size_t> differing;
    for (std::size_t i = 0; i < all[0].size(); ++i) {
      const bool same = std::all_of(all.begin(), all.end(), [&](const auto& l) {
        return l[i]->form == all[0][i]->form && l[i]->text == all[0][i]->text;
      });
      if (same) continue;
      if (differing) return std::nullopt;
      differing = i;
    }
    if (!differing) return std::nullopt;
    Parameterised p;
    p.leaf = *differing;
    bool text = true;
    for (const auto& l : all) {
      const ValueSyntax& v = *l[p.leaf];
      if (v.form == ValueForm::kText || !v.parts.empty() || (v.form == ValueForm::kBare && v.text == "null"))
        return std::nullopt;
      text &= v.form != ValueForm::kBare || is_bare_text(v.text);
      p.given.push_back(std::string(v.text));
    }
    if (text) trim(p);
    return p;
  }

  /// Bare words that are text wherever they stand.
  static bool is_bare_text(std::string_view text) {
    const ir::Value v = bare_value(text, {}, kNowhere);
    return v.kind() == ir::ValueKind::kString;
  }

  /// Takes the common start and end off what is given, whole words at a time, if they are long enough to be worth it.
  void trim(Parameterised& p) {
    std::string prefix = p.given[0];
    for (const std::string& g : p.given) {
      std::size_t n = 0;
      while (n < prefix.size() && n < g.size() && prefix[n] == g[n]) ++n;
      while (n > 0 && !is_boundary(g, n)) --n;
      while (n > 0 && n < g.size() && is_letter(g[n]) && is_letter(g[n - 1])) --n;
      prefix.resize(n);
    }
    std::string suffix = p.given[0].substr(prefix.size());
    for (const std::string& g : p.given) {
      std::size_t n = 0;
      while (n < suffix.size() && n < g.size() - prefix.size() && suffix[suffix.size() - 1 - n] == g[g.size() - 1 - n])
        ++n;
      while (n > 0 && !is_boundary(g, g.size() - n)) --n;
      while (n > 0 && n < g.size() && is_letter(g[g.size() - n]) && is_letter(g[g.size() - n - 1])) --n;
      suffix = suffix.substr(suffix.size() - n);
    }
    if (prefix.size() + suffix.size() < 6) return;
    for (const std::string& g : p.given)
      if (g.size() < prefix.size() + suffix.size()) return;
    for (std::string& g : p.given) g = g.substr(prefix.size(), g.size() - prefix.size() - suffix.size());
    p.prefix = std::move(prefix);
    p.suffix = std::move(suffix);
    p.whole = false;
  }

  std::string name() const { return count_ == 0 ? "common" : "common" + std::to_string(count_ + 1); }

  /// A name that no bare word of the mixin is.
  std::string_view parameter_name(const Choice& c, std::string_view field, const std::vector<std::string_view>& taken) {
    std::string base;
    for (char ch : field.substr(field.find(':') + 1))
      if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')) base += ch;
    if (base.empty()) base = "what";
    std::string out = base;
    auto used = [&](const std::string& n) {
      if (std::find(taken.begin(), taken.end(), n) != taken.end()) return true;
      for (const Unit& u : units_)
        if (u.clique == c.cliques[0] && u.text.find(n) != std::string::npos && mentions(*u.statement, n)) return true;
      for (std::string_view k : keywords())
        if (k == n) return true;
      return false;
    };
    for (int i = 2; used(out); ++i) out = base + std::to_string(i);
    return tree_.own(out);
  }
  static bool mentions(Statement& s, const std::string& word) {
    std::vector<ValueSyntax*> all;
    leaves(s, all);
    return std::any_of(all.begin(), all.end(),
                       [&](const ValueSyntax* v) { return v->form == ValueForm::kBare && v->text == word; });
  }

  Statement apply(const Choice& c) {
    Statement mixin;
    mixin.kind = StatementKind::kMixin;
    mixin.blank_before = true;
    mixin.name = {tree_.own(name()), {}, false};
    mixin.block = std::make_unique<Block>();
    std::vector<std::string_view> names;
    for (const auto& [field, p] : c.with) {
      names.push_back(parameter_name(c, field, names));
      Parameter parameter;
      parameter.name = {names.back(), {}, false};
      mixin.parameters.push_back(std::move(parameter));
    }
    for (std::size_t k = 0; k < c.cliques.size(); ++k) {
      CliqueDraft& d = *cliques_[c.cliques[k]];
      Call call;
      call.name = mixin.name;
      for (std::size_t i = 0; i < c.with.size(); ++i)
        call.arguments.push_back({{}, argument(d, c.with[i].first, c.with[i].second, k)});
      take(d.pod, c, names, k == 0 ? mixin.block.get() : nullptr);
      const std::size_t before = d.container.size();
      take(d.container, c, names, k == 0 ? mixin.block.get() : nullptr);
      d.shares_container_fields |= d.container.size() != before;
      d.head.calls.push_back(std::move(call));
    }
    std::stable_sort(mixin.block->statements.begin(), mixin.block->statements.end(),
                     [](const Statement& a, const Statement& b) { return a.at.begin < b.at.begin; });
    mixin.at = mixin.block->statements.empty() ? Span{} : mixin.block->statements[0].at;
    ++count_;
    return mixin;
  }

  ValueSyntax argument(CliqueDraft& d, const std::string& field, const Parameterised& p, std::size_t k) {
    for (std::vector<Statement>* list : {&d.pod, &d.container})
      for (Statement& s : *list) {
        if (field_of(s) != field) continue;
        std::vector<ValueSyntax*> all;
        leaves(s, all);
        ValueSyntax v = clone(*all[p.leaf]);
        if (p.whole) return v;
        v.text = tree_.own(p.given[k]);
        v.form = is_bare_word(v.text) && v.text != "null" ? ValueForm::kBare
                 : encode_string(v.text)[0] == '\''       ? ValueForm::kRaw
                                                          : ValueForm::kString;
        return v;
      }
    return {};
  }

  /// Takes the statements of the choice out of `list`; the first clique's become the mixin's.
  void take(std::vector<Statement>& list, const Choice& c, const std::vector<std::string_view>& names, Block* into) {
    std::vector<Statement> kept;
    for (Statement& s : list) {
      const std::string text = s.kind == StatementKind::kPair ? "" : print(s);
      const bool exact = std::find(c.exact.begin(), c.exact.end(), text) != c.exact.end();
      const std::string field = field_of(s);
      auto with = std::find_if(c.with.begin(), c.with.end(), [&](const auto& w) { return w.first == field; });
      if (s.kind == StatementKind::kPair || (!exact && with == c.with.end())) {
        kept.push_back(std::move(s));
        continue;
      }
      if (into == nullptr) continue;
      if (!exact) substitute(s, with->second, names[static_cast<std::size_t>(with - c.with.begin())]);
      into->statements.push_back(std::move(s));
    }
    list = std::move(kept);
  }

  void substitute(Statement& s, const Parameterised& p, std::string_view name) {
    std::vector<ValueSyntax*> all;
    leaves(s, all);
    ValueSyntax& v = *all[p.leaf];
    v.text = {};
    if (p.whole) {
      v.form = ValueForm::kRef;
      v.text = name;
      return;
    }
    v.form = ValueForm::kString;
    if (!p.prefix.empty()) v.parts.push_back({tree_.own(p.prefix), false, {}});
    v.parts.push_back({name, true, {}});
    if (!p.suffix.empty()) v.parts.push_back({tree_.own(p.suffix), false, {}});
  }

  std::vector<CliqueDraft*>& cliques_;
  Tree& tree_;
  std::vector<Unit> units_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<Statement> factor(std::vector<CliqueDraft*>& cliques, Tree& tree) {
  // Statements of lists that merge by key would change their order if only some of them moved; whole statements do not.
  return Factoring(cliques, tree).run();
}

}  // namespace grovec::frontend::dsl
