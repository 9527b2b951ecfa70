#include "frontend/dsl/lower/lower.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "frontend/dsl/lower/lowering.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

namespace {
const char* level_text(BlockLevel level) {
  switch (level) {
    case BlockLevel::kSet:
      return "directly in a `set`";
    case BlockLevel::kGroup:
      return "directly in a `group`";
    case BlockLevel::kClique:
      return "in a `clique`";
    case BlockLevel::kContainer:
      return "in a container";
  }
  return "";
}
}  // namespace

Lowering::Lowering(Context& context, Program& program, const DslLimits& limits)
    : context_(context), program_(program), limits_(limits), pool_(context, limits.nodes) {}

OriginId Lowering::origin(Span at, const Authorship& frame) {
  OriginId o = context_.origins.add(frame.source, at.begin, at.end);
  if (frame.via != kNowhere) o = context_.origins.chain(o, OriginCause::kMixin, frame.via);
  return frame.reference == kNowhere ? o : pool_.with_cause(frame.reference, OriginCause::kArgument, o);
}

std::vector<Document> Lowering::run(SourceId main) {
  for (const Placed& placed : program_.sets()) declare_set(placed, false);
  for (const Placed& env : program_.environment())
    for (const Statement& s : env.statement->block->statements) {
      if (s.kind == StatementKind::kSet)
        declare_set({&s, env.source}, true);
      else if (s.kind != StatementKind::kParam && s.kind != StatementKind::kLet)
        misplaced(s, "in an `env`; here stand `set`, `param` and `let`",
                  Authorship{env.source, &program_.globals(), kNowhere, kNowhere, 0, true});
    }
  std::vector<Document> out;
  for (SetState& set : sets_) {
    if (over_budget_) blame(*set.root);
    if (program_.has_misplaced()) blame_cliques(set);
    built_.push_back(finish_set(set));
    set.incomplete = NodePool::incomplete_places(*set.root);
    out.push_back({built_.back(), main, static_cast<std::uint32_t>(out.size()), false, 0, 0, set.incomplete});
  }
  std::vector<std::string> anywhere;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const std::size_t before = context_.diags.all().size();
    for (const Later& later : sets_[i].assertions) check_assertion(later, {built_[i]});
    for (const Later& later : sets_[i].ratios) check_ratio(later, built_[i]);
    drop_uncertain(before, sets_[i].incomplete);
    anywhere.insert(anywhere.end(), sets_[i].incomplete.begin(), sets_[i].incomplete.end());
  }
  const std::size_t before = context_.diags.all().size();
  for (const Placed& placed : program_.assertions())
    check_assertion({placed.statement, Authorship{placed.source, &program_.globals(), kNowhere, kNowhere, 0, false}},
                    built_);
  drop_uncertain(before, anywhere);
  for (Document& document : out) document.broken = broken_;
  return out;
}

void Lowering::blame(Draft& node) {
  node.incomplete = true;
  blamed_ = context_.diags.all().size();
}

void Lowering::blame_cliques(SetState& set) {
  pool_.member(*set.pod_template, "cliques", set.at).lacks_items = true;
  blamed_ = context_.diags.all().size();
}

Draft& Lowering::node_of(const Target& target) const {
  switch (target.level) {
    case BlockLevel::kSet:
      break;
    case BlockLevel::kGroup:
      return *target.set->groups[target.index].item;
    case BlockLevel::kClique:
      return *target.set->cliques[target.index].item;
    case BlockLevel::kContainer:
      return *target.container;
  }
  return *target.set->root;
}

void Lowering::declare_set(const Placed& placed, bool overlay) {
  const Statement& s = *placed.statement;
  Authorship frame{placed.source, &program_.globals(), kNowhere, kNowhere, 0, overlay};
  auto it = set_index_.find(s.name.text);
  if (overlay && it == set_index_.end()) {
    std::vector<std::string_view> names;
    for (const SetState& set : sets_) names.push_back(set.name);
    auto report = context_.diags.report(origin(s.name.at, frame), diag::DslNothingToOverride, "set", s.name.text);
    if (auto near = nearest_name(s.name.text, names); !near.empty())
      report.note(origin(s.name.at, frame), diag::DslDidYouMean, near);
    return;
  }
  if (!overlay && it != set_index_.end()) {
    context_.diags.report(origin(s.name.at, frame), diag::DslDeclaredTwice, "set", s.name.text)
        .note(it->second->at, diag::DeclaredHere, s.name.text);
    return;
  }
  SetState* set = overlay ? it->second : &sets_.emplace_back();
  if (!overlay) {
    set->name = s.name.text;
    set->at = origin(s.name.at, frame);
    set->keyword_at = origin(s.keyword, frame);
    set_index_.emplace(set->name, set);
    set->root = &pool_.make({schemas::root(schemas::Root::kPodCliqueSet), 0});
    Draft& metadata = pool_.member(*set->root, "metadata", set->at);
    put_text(metadata, "name", set->name, set->at);
    set->spec = &pool_.member(*set->root, "spec", set->at);
    set->pod_template = &pool_.member(*set->spec, "template", set->at);
    pool_.become(*set->pod_template, Draft::Kind::kMap, set->at);
    pool_.become(pool_.member(*set->pod_template, "cliques", set->at), Draft::Kind::kList, set->at);
  }
  node_body(s, {BlockLevel::kSet, set, 0, nullptr}, frame);
}

/// Mixins first, then the header, then the block: the order in which a reader meets what may override what.
void Lowering::node_body(const Statement& s, Target target, Authorship& frame) {
  const Attempt attempt(*this, node_of(target));
  use(s.calls, target, frame);
  Authorship inner = frame;
  inner.application = ++applications_;
  for (const Statement& a : s.attributes) apply_statement(a, target, inner);
  if (s.block) apply_block(*s.block, target, inner);
}

void Lowering::apply_block(const Block& block, Target& target, const Authorship& frame) {
  Authorship inner = frame;
  for (const Statement& s : block.statements) apply_statement(s, target, inner);
}

bool Lowering::over_budget(Span at, const Authorship& frame) {
  if (++statements_ <= limits_.nodes && !pool_.exhausted()) return false;
  over_budget_ = true;
  poison();
  context_.diags.report(origin(at, frame), diag::DslBudget, "values in the result",
                        static_cast<std::uint64_t>(limits_.nodes));
  return true;
}

void Lowering::apply_statement(const Statement& s, Target& target, Authorship& frame) {
  if (over_budget_ || over_budget(s.keyword, frame)) return;
  const Attempt attempt(*this, node_of(target));
  switch (s.kind) {
    case StatementKind::kGroup:
      if (target.level == BlockLevel::kSet) return declare_group(s, target, frame);
      misplaced(s, level_text(target.level), frame);
      return blame_cliques(*target.set);
    case StatementKind::kClique:
      if (target.level == BlockLevel::kSet || target.level == BlockLevel::kGroup)
        return declare_clique(s, target, frame);
      misplaced(s, level_text(target.level), frame);
      return blame_cliques(*target.set);
    case StatementKind::kContainer:
    case StatementKind::kInit:
      if (target.level == BlockLevel::kClique) return declare_container(s, target, frame);
      return misplaced(s, level_text(target.level), frame);
    case StatementKind::kAfter:
      return after(s, target, frame);
    case StatementKind::kScale:
      return scale(s, target, frame);
    case StatementKind::kPack:
      return pack(s, target, frame);
    case StatementKind::kTolerate:
      return tolerate(s, target, frame);
    case StatementKind::kStartup:
      return startup(s, target, frame);
    case StatementKind::kCount:
      return count(s, target, frame);
    case StatementKind::kUse:
      return use(s.calls, target, frame);
    case StatementKind::kPair:
      return set_pair(s.pairs[0], target, frame);
    case StatementKind::kField:
      return field(s, target, frame);
    case StatementKind::kRatio:
    case StatementKind::kAssert: {
      if (target.level != BlockLevel::kSet) {
        misplaced(s, level_text(target.level), frame);
        return blame_nothing();
      }
      auto& list = s.kind == StatementKind::kRatio ? target.set->ratios : target.set->assertions;
      list.push_back({&s, frame});
      return;
    }
    case StatementKind::kInclude:
    case StatementKind::kParam:
    case StatementKind::kLet:
    case StatementKind::kMixin:
    case StatementKind::kEnv:
    case StatementKind::kSet:
      misplaced(s, level_text(target.level), frame);
      return blame_cliques(*target.set);
  }
}

void Lowering::misplaced(const Statement& s, std::string_view where, const Authorship& frame) {
  const std::string_view word =
      context_.sources.text(frame.source).substr(s.keyword.begin, s.keyword.end - s.keyword.begin);
  context_.diags.report(origin(s.keyword, frame), diag::DslMisplaced, "`" + std::string(word) + "`", where);
}

void Lowering::declare_group(const Statement& s, Target& target, Authorship& frame) {
  SetState& set = *target.set;
  auto it = set.group_index.find(s.name.text);
  const OriginId at = origin(s.name.at, frame);
  if (it == set.group_index.end()) {
    if (frame.overlay) {
      context_.diags.report(at, diag::DslNothingToOverride, "group", s.name.text);
      return blame_nothing();
    }
    Draft& list = pool_.member(*set.pod_template, "podCliqueScalingGroups", at);
    pool_.become(list, Draft::Kind::kList, at);
    Draft& item = pool_.make(places_.group);
    pool_.become(item, Draft::Kind::kMap, at);
    list.items.push_back(&item);
    put_text(item, "name", s.name.text, at);
    it = set.group_index.emplace(s.name.text, set.groups.size()).first;
    set.groups.push_back({s.name.text, at, &item, {}});
  } else if (!frame.overlay && frame.via == kNowhere) {
    context_.diags.report(at, diag::DslDeclaredTwice, "group", s.name.text)
        .note(set.groups[it->second].name_at, diag::DeclaredHere, s.name.text);
    return blame_cliques(set);
  }
  node_body(s, {BlockLevel::kGroup, &set, it->second, nullptr}, frame);
}

void Lowering::declare_clique(const Statement& s, Target& target, Authorship& frame) {
  SetState& set = *target.set;
  const OriginId at = origin(s.name.at, frame);
  auto it = set.clique_index.find(s.name.text);
  if (it == set.clique_index.end()) {
    if (frame.overlay) {
      std::vector<std::string_view> names;
      for (const CliqueState& c : set.cliques) names.push_back(c.name);
      auto report = context_.diags.report(at, diag::DslNothingToOverride, "clique", s.name.text);
      if (auto near = nearest_name(s.name.text, names); !near.empty()) report.note(at, diag::DslDidYouMean, near);
      return blame_nothing();
    }
    Draft& list = pool_.member(*set.pod_template, "cliques", at);
    Draft& item = pool_.make(places_.clique);
    pool_.become(item, Draft::Kind::kMap, at);
    list.items.push_back(&item);
    put_text(item, "name", s.name.text, at);
    Draft& spec = pool_.member(item, "spec", at);
    pool_.become(spec, Draft::Kind::kMap, at);
    it = set.clique_index.emplace(s.name.text, set.cliques.size()).first;
    const int group = target.level == BlockLevel::kGroup ? static_cast<int>(target.index) : -1;
    set.cliques.push_back({s.name.text, at, &item, &spec, group});
    if (group >= 0) set.groups[target.index].cliques.push_back(it->second);
  } else if (!frame.overlay && frame.via == kNowhere) {
    context_.diags.report(at, diag::DslDeclaredTwice, "clique", s.name.text)
        .note(set.cliques[it->second].name_at, diag::DeclaredHere, s.name.text);
    return blame_cliques(set);
  }
  node_body(s, {BlockLevel::kClique, &set, it->second, nullptr}, frame);
}

void Lowering::declare_container(const Statement& s, Target& target, Authorship& frame) {
  const OriginId at = origin(s.name.at, frame);
  Draft& pod = pod_spec(target, at);
  const bool init = s.kind == StatementKind::kInit;
  Draft& list = pool_.member(pod, init ? "initContainers" : "containers", at);
  pool_.become(list, Draft::Kind::kList, at);
  Draft* item = nullptr;
  // The container that fields of the clique went to so far has no name yet: it is this one.
  if (!init && list.items.size() == 1 && list.items[0]->find("name") == nullptr) {
    item = list.items[0];
    put_text(*item, "name", s.name.text, at);
    list.index.reset();
  } else {
    item = pool_.find_item(list, s.name.text);
  }
  if (item == nullptr) {
    item = &pool_.make(places_.container);
    pool_.become(*item, Draft::Kind::kMap, at);
    put_text(*item, "name", s.name.text, at);
    pool_.add_item(list, *item, s.name.text);
  }
  node_body(s, {BlockLevel::kContainer, target.set, target.index, item}, frame);
}

// ---------------------------------------------------------------------------------------------------------------------
// Mixins
// ---------------------------------------------------------------------------------------------------------------------

void Lowering::use(const std::vector<Call>& calls, Target& target, const Authorship& frame) {
  for (const Call& call : calls) apply_call(call, target, frame);
}

void Lowering::apply_call(const Call& call, Target& target, const Authorship& frame) {
  if (over_budget_ || over_budget(call.name.at, frame)) return;
  // Nobody knows what the mixin would have written.
  auto give_up = [&] {
    poison();
    if (target.level == BlockLevel::kSet || target.level == BlockLevel::kGroup) blame_cliques(*target.set);
    blame(node_of(target));
  };
  const OriginId at = origin(call.name.at, frame);
  const Placed* mixin = program_.find_mixin(call.name.text);
  if (mixin == nullptr) {
    auto report = context_.diags.report(at, diag::DslUnknownMixin, call.name.text);
    const auto names = program_.mixin_names();
    if (auto near = nearest_name(call.name.text, names); !near.empty())
      report.note(at, diag::DslDidYouMean, near).fix(at, std::string(near));
    return give_up();
  }
  const Statement& s = *mixin->statement;
  if (std::find(active_.begin(), active_.end(), &s) != active_.end() || active_.size() >= 64) {
    context_.diags.report(at, diag::DslMixinCycle, call.name.text)
        .note(program_.origin(mixin->source, s.name.at), diag::DeclaredHere, call.name.text);
    return give_up();
  }
  if (mixin->is_broken) return give_up();
  Scope& scope = scopes_.emplace_back();
  scope.outer = &program_.globals();
  scope.is_mixin = true;
  if (!bind(call, s, mixin->source, scope, frame)) return give_up();
  active_.push_back(&s);
  Authorship inner{mixin->source, &scope, at, kNowhere, ++applications_, frame.overlay};
  use(s.calls, target, inner);
  if (s.block) apply_block(*s.block, target, inner);
  active_.pop_back();
}

bool Lowering::bind(const Call& call, const Statement& mixin, SourceId mixin_source, Scope& scope,
                    const Authorship& frame) {
  const auto& parameters = mixin.parameters;
  std::size_t position = 0;
  for (const Argument& a : call.arguments) {
    const Parameter* parameter = nullptr;
    if (a.name) {
      auto it = std::find_if(parameters.begin(), parameters.end(),
                             [&](const Parameter& p) { return p.name.text == a.name.text; });
      if (it != parameters.end()) parameter = &*it;
    } else if (position < parameters.size()) {
      parameter = &parameters[position++];
    }
    const OriginId at = origin(a.name ? a.name.at : a.value.at, frame);
    if (parameter == nullptr || scope.names.contains(parameter->name.text)) {
      if (a.name)
        context_.diags.report(at, diag::DslBadArgument, mixin.name.text, a.name.text);
      else
        context_.diags
            .report(at, diag::DslTooManyArguments, mixin.name.text, static_cast<std::uint64_t>(parameters.size()))
            .note(program_.origin(mixin_source, mixin.name.at), diag::DeclaredHere, mixin.name.text);
      return false;
    }
    scope.names[parameter->name.text] = {&a.value, frame.scope, frame.source, origin(a.value.at, frame), 0};
  }
  for (const Parameter& p : parameters) {
    if (!scope.names.contains(p.name.text)) {
      if (!p.has_default) {
        context_.diags.report(origin(call.at, frame), diag::DslArgumentMissing, p.name.text, mixin.name.text)
            .note(program_.origin(mixin_source, p.name.at), diag::DeclaredHere, p.name.text);
        return false;
      }
      scope.names[p.name.text] = {&p.value, &scope, mixin_source, program_.origin(mixin_source, p.value.at), 0};
    }
    if (p.type && !program_.check_value(p, nullptr, scope.names[p.name.text])) return false;
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Completion
// ---------------------------------------------------------------------------------------------------------------------

void Lowering::finish_clique(SetState& set, CliqueState& clique) {
  if (!clique.spec->find("roleName")) put_text(*clique.spec, "roleName", clique.name, clique.name_at);
  if (!clique.spec->find("replicas"))
    pool_.set_scalar(pool_.member(*clique.spec, "replicas", clique.name_at), ir::Value::integer(1, clique.name_at));
  Draft* pod = clique.spec->find("podSpec");
  Draft* containers = pod ? pod->find("containers") : nullptr;
  if (containers && containers->kind == Draft::Kind::kList && !containers->items.empty() &&
      containers->items[0]->kind == Draft::Kind::kMap && !containers->items[0]->find("name"))
    put_text(*containers->items[0], "name", clique.name, clique.name_at);
  (void)set;
}

/// What may come from a later statement is known to be missing only now.
void Lowering::finish_shorthands(SetState& set) {
  auto lacks = [](const Draft& node, std::string_view field) {
    const Draft* found = node.find(field);
    return !node.incomplete && node.kind == Draft::Kind::kMap && (!found || found->kind == Draft::Kind::kUnset);
  };
  for (auto [node, at] : set.packs)
    if (lacks(*node, "pack")) {
      context_.diags.report(at, diag::DslEmptyPack);
      blame(*node);
    }
  for (auto [node, at] : set.scales)
    if (lacks(*node, "maxReplicas")) {
      context_.diags.report(at, diag::DslNoMaximum);
      blame(*node);
    }
}

ir::Value Lowering::finish_set(SetState& set) {
  finish_shorthands(set);
  put_text(*set.root, "apiVersion", "grove.io/v1alpha1", set.keyword_at);
  put_text(*set.root, "kind", "PodCliqueSet", set.keyword_at);
  if (!set.spec->find("replicas"))
    pool_.set_scalar(pool_.member(*set.spec, "replicas", set.at), ir::Value::integer(1, set.at));
  for (CliqueState& clique : set.cliques) finish_clique(set, clique);
  for (GroupState& group : set.groups) {
    if (group.cliques.empty()) continue;
    Draft& names = pool_.member(*group.item, "cliqueNames", group.name_at);
    pool_.become(names, Draft::Kind::kList, group.name_at);
    for (std::size_t index : group.cliques) {
      Draft& item = pool_.make(names.place.element());
      pool_.set_scalar(item, ir::Value::string(set.cliques[index].name, set.cliques[index].name_at));
      names.items.push_back(&item);
    }
  }
  if (set.uses_after && !set.pod_template->find("cliqueStartupType"))
    put_text(*set.pod_template, "cliqueStartupType", "CliqueStartupTypeExplicit", set.at);
  return pool_.to_value(*set.root);
}

namespace {

constexpr std::string_view kDeclaring[] = {"let", "param"};

/// Takes back findings since `from` that say once more what has been said: of a mixin that is used several times, of a
/// name that is unknown wherever it stands, of names whose declaration is `misplaced`.
void drop_repeats(Context& context, std::size_t from, const std::vector<std::string_view>& misplaced) {
  const bool lacks_names = std::find_first_of(misplaced.begin(), misplaced.end(), std::begin(kDeclaring),
                                              std::end(kDeclaring)) != misplaced.end();
  Origin last_unknown;
  std::set<std::string> said;
  for (std::string_view name : misplaced)
    said.insert(format_diagnostic(diag::DslUnknownName.text, std::array{DiagArg(name)}));
  auto repeats = [&](const Diagnostic& d) {
    const std::uint16_t code = d.info->code;
    const bool about_name =
        code == diag::DslUnknownName.code || code == diag::DslUnknownMember.code || code == diag::DslUnknownMixin.code;
    const Origin& o = context.origins[d.at];
    if (lacks_names && code == diag::DslUnknownName.code) return true;
    if (code == diag::DslUnknownField.code || code == diag::DslMisplaced.code) {
      // Words of a statement that lost its head.
      const Origin last = std::exchange(last_unknown, o);
      if (last.source == o.source && last.end <= o.begin && last.end > 0 &&
          context.sources.text(o.source).substr(last.end, o.begin - last.end).find_first_of(";,{}\n") ==
              std::string::npos)
        return true;
    }
    std::string key = d.message;
    if (!about_name)
      key += '\n' + std::to_string(static_cast<std::uint32_t>(o.source)) + ':' + std::to_string(o.begin) + '-' +
             std::to_string(o.end);
    return !said.insert(std::move(key)).second;
  };
  std::vector<Diagnostic>& all = context.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), repeats), all.end());
}

}  // namespace

}  // namespace grovec::frontend::dsl

namespace grovec::frontend {

std::vector<Document> read_grove(Context& context, SourceId source, const DslOptions& options,
                                 const DslLimits& limits) {
  dsl::Program program(context, options, limits);
  const std::size_t before = context.diags.all().size();
  std::vector<Document> documents;
  if (program.load(source))
    // Texts of the trees point into sources; what the trees own is copied where a value is made of it.
    documents = dsl::Lowering(context, program, limits).run(source);
  else
    documents = {Document{ir::Value::null(context.origins.add(source, 0, 0)), source, 0, true}};
  dsl::drop_repeats(context, before, program.misplaced_names());
  return documents;
}

DslDeclarations read_declarations(Context& context, SourceId source, const DslOptions& options,
                                  const DslLimits& limits) {
  dsl::Program program(context, options, limits);
  DslDeclarations out;
  if (!program.load_declarations(source)) return out;
  auto slice = [&](SourceId file, dsl::Span at) {
    return std::string(context.sources.text(file).substr(at.begin, at.end - at.begin));
  };
  for (const dsl::Placed& p : program.parameters()) {
    const dsl::Statement& s = *p.statement;
    const dsl::Parameter& head = s.parameters[0];
    DslParameter& parameter = out.parameters.emplace_back();
    parameter.name = s.name.text;
    parameter.type = head.type.text;
    parameter.at = program.origin(p.source, s.name.at);
    if (head.has_default) parameter.default_value = slice(p.source, head.value.at);
    const std::uint32_t behind = head.has_default ? head.value.at.end : head.type ? head.type.at.end : s.name.at.end;
    const std::string rest = behind < s.at.end ? slice(p.source, {behind, s.at.end}) : std::string();
    if (const std::size_t first = rest.find_first_not_of(" \t"); first != std::string::npos)
      parameter.condition = rest.substr(first, rest.find_last_not_of(" \t;") + 1 - first);
  }
  for (const dsl::Placed& p : program.environments()) {
    const std::string_view name = p.statement->name.text;
    auto known = std::find_if(out.environments.begin(), out.environments.end(),
                              [&](const DslEnvironment& e) { return e.name == name; });
    if (known == out.environments.end())
      known = out.environments.insert(known, {std::string(name), {}, program.origin(p.source, p.statement->name.at)});
    if (!p.statement->block) continue;
    for (const dsl::Statement& s : p.statement->block->statements) {
      if (s.kind == dsl::StatementKind::kParam && s.parameters[0].has_default)
        known->values.emplace_back(s.name.text, slice(p.source, s.parameters[0].value.at));
      if (s.kind == dsl::StatementKind::kLet) known->values.emplace_back(s.name.text, slice(p.source, s.value.at));
    }
  }
  return out;
}

bool is_grove_path(std::string_view path) { return path.ends_with(".grove"); }

bool is_grove_text(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (!text.starts_with('#')) break;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  return text.starts_with("grovec ") || text.starts_with("grovec\t");
}

}  // namespace grovec::frontend
