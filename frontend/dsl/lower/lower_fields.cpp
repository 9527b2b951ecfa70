#include <algorithm>

#include "frontend/dsl/lower/lowering.h"
#include "frontend/dsl/syntax/text.h"
#include "ir/base/edit_distance.h"
#include "schemas/former_names.h"

namespace grovec::frontend::dsl {

namespace {

const schemas::Field* field_of(FieldPlace place, std::string_view name) {
  return place.kind() == schemas::TypeKind::kStruct && place.type != schemas::TypeId{0}
             ? schemas::find_field(schemas::type(place.type), name)
             : nullptr;
}

void add_names(FieldPlace place, std::vector<std::string_view>& out) {
  for (const schemas::Key& k : schemas::keys_of(schemas::type(place.type))) out.push_back(k.json_name);
}

/// What became of a field, by the types in which a field of this level is looked up.
const schemas::FormerName* former_name(std::string_view name, std::initializer_list<FieldPlace> places) {
  for (const FieldPlace& place : places)
    if (place.type != schemas::TypeId{0})
      if (const auto* former = schemas::former_field(schemas::type(place.type).go_name, name)) return former;
  return nullptr;
}

/// What says that a container has so much of a resource, for names of resources that stand where fields do.
std::string_view resource_statement(std::string_view name) {
  if (name == "gpu" || name == "gpus" || name == "nvidia.com/gpu") return "limits gpu=N";
  if (name == "cpu" || name == "cpus") return "requests cpu=N";
  if (name == "memory" || name == "mem") return "requests memory=N";
  return {};
}

const char* level_name(BlockLevel level) {
  switch (level) {
    case BlockLevel::kSet:
      return "a set";
    case BlockLevel::kGroup:
      return "a group";
    case BlockLevel::kClique:
      return "a clique, its pods or its container";
    case BlockLevel::kContainer:
      return "a container";
  }
  return "";
}

}  // namespace

Draft& Lowering::pod_spec(Target& target, OriginId at) {
  Draft& pod = pool_.member(*target.set->cliques[target.index].spec, "podSpec", at);
  pool_.become(pod, Draft::Kind::kMap, at);
  return pod;
}

Draft& Lowering::main_container(Target& target, OriginId at) {
  if (target.level == BlockLevel::kContainer) return *target.container;
  Draft& list = pool_.member(pod_spec(target, at), "containers", at);
  pool_.become(list, Draft::Kind::kList, at);
  if (list.items.empty()) {
    Draft& item = pool_.make(places_.container);
    pool_.become(item, Draft::Kind::kMap, at);
    list.items.push_back(&item);
    list.index.reset();
  }
  return *list.items[0];
}

Lowering::Found Lowering::locate(std::string_view name, Target& target, OriginId at) {
  SetState& set = *target.set;
  switch (target.level) {
    case BlockLevel::kSet: {
      if (name == "metadata") return {set.root, name, false};
      if (name == "labels" || name == "annotations" || name == "namespace")
        return {set.root->find("metadata"), name, false};
      if (name != "template" && field_of(places_.spec, name)) return {set.spec, name, false};
      const bool structural = name == "cliques" || name == "podCliqueScalingGroups";
      if (!structural && field_of(places_.set_template, name)) return {set.pod_template, name, false};
      return {};
    }
    case BlockLevel::kGroup: {
      Draft* item = set.groups[target.index].item;
      if (name == "min") return {item, "minAvailable", false};
      if (name == "cliques") return {item, "cliqueNames", false};
      if (name != "name" && field_of(places_.group, name)) return {item, name, false};
      return {};
    }
    case BlockLevel::kClique: {
      CliqueState& clique = set.cliques[target.index];
      if (name == "min") return {clique.spec, "minAvailable", false};
      if (name == "role") return {clique.spec, "roleName", false};
      if (name == "pod") return {clique.spec, "podSpec", false};
      if (name == "name") return {};
      if (field_of(places_.clique, name)) return {clique.item, name, false};
      if (field_of(places_.clique_spec, name)) return {clique.spec, name, false};
      if (field_of(places_.pod_spec, name)) return {&pod_spec(target, at), name, false};
      break;
    }
    case BlockLevel::kContainer:
      break;
  }
  if (name == "limits" || name == "requests") {
    Draft& resources = pool_.member(main_container(target, at), "resources", at);
    pool_.become(resources, Draft::Kind::kMap, at);
    return {&resources, name, true};
  }
  if (name != "name" && field_of(places_.container, name)) return {&main_container(target, at), name, false};
  return {};
}

const schemas::FormerName* Lowering::former_name_at(std::string_view name, BlockLevel level) const {
  switch (level) {
    case BlockLevel::kSet:
      return former_name(name, {places_.spec, places_.set_template});
    case BlockLevel::kGroup:
      return former_name(name, {places_.group});
    case BlockLevel::kClique:
      return former_name(name, {places_.clique, places_.clique_spec, places_.pod_spec});
    case BlockLevel::kContainer:
      return nullptr;
  }
  return nullptr;
}

std::string Lowering::unknown_field(std::string_view name, Span at, const Target& target, const Authorship& frame) {
  std::vector<std::string_view> names;
  switch (target.level) {
    case BlockLevel::kSet:
      add_names(places_.spec, names);
      add_names(places_.set_template, names);
      names.insert(names.end(), {"labels", "annotations", "namespace"});
      break;
    case BlockLevel::kGroup:
      add_names(places_.group, names);
      break;
    case BlockLevel::kClique:
      add_names(places_.clique, names);
      add_names(places_.clique_spec, names);
      add_names(places_.pod_spec, names);
      [[fallthrough]];
    case BlockLevel::kContainer:
      add_names(places_.container, names);
      names.insert(names.end(), {"limits", "requests"});
      break;
  }
  for (std::string_view keyword : keywords()) names.push_back(keyword);
  const OriginId o = origin(at, frame);
  if (is_condition(name) || is_loop(name)) {
    context_.diags.report(o, diag::DslNoConditions, no_conditions_text(name));
    return {};
  }
  auto report = context_.diags.report(o, diag::DslUnknownField, name, level_name(target.level));
  if (const schemas::FormerName* former = former_name_at(name, target.level)) {
    report.note(o, diag::DslFormerName, schemas::story_text(*former).substr(2));
    return {};
  }
  if (target.level == BlockLevel::kClique || target.level == BlockLevel::kContainer)
    if (const std::string_view statement = resource_statement(name); !statement.empty()) {
      report.note(o, diag::DslDidYouMean, statement);
      return {};
    }
  // After so many, the file is something else altogether.
  constexpr std::size_t kSuggestions = 256;
  const std::string_view near = ++suggestions_ > kSuggestions ? std::string_view() : nearest_name(name, names);
  if (near.empty() || near == name) return {};
  report.note(o, diag::DslDidYouMean, near).fix(o, std::string(near));
  return std::string(near);
}

Lowering::Found Lowering::locate_or_report(const Word& key, Target& target, Authorship& frame) {
  const OriginId at = origin(key.at, frame);
  Found found = locate(key.text, target, at);
  if (found.parent) return found;
  const std::string near = unknown_field(key.text, key.at, target, frame);
  // Its content is taken for that of the field that was meant: it is not missing, and it is checked.
  if (near.empty() || !(found = locate(near, target, at)).parent) return {};
  const Draft* taken = found.parent->find(found.key);
  if (taken && taken->kind != Draft::Kind::kUnset) return {};
  found.key = keep(found.key);
  frame.application = 0;
  blame_nothing();
  return found;
}

void Lowering::assign(Draft& parent, std::string_view key, const Statement& s, const Authorship& frame, int depth) {
  const OriginId at = origin(s.name.at, frame);
  Draft& node = pool_.member(parent, key, at);
  const Attempt attempt(*this, node);
  if (s.block) return apply_block_value(node, *s.block, frame, depth);
  if (!s.pairs.empty()) return apply_pairs(node, s.pairs, frame, depth);
  if (node.written_by == frame.application && frame.application != 0) {
    context_.diags.report(at, diag::DslSetTwice, s.name.text).note(NodePool::origin(node), diag::SetHere, s.name.text);
    return;
  }
  node.written_by = frame.application;
  apply(node, s.value, frame, depth);
}

void Lowering::field(const Statement& s, Target& target, Authorship& outer) {
  Authorship frame = outer;
  if (target.level == BlockLevel::kClique && s.name.text == "container" && s.block) {
    Target inner{BlockLevel::kContainer, target.set, target.index, &main_container(target, origin(s.name.at, frame))};
    Authorship own = frame;
    own.application = ++applications_;
    return apply_block(*s.block, inner, own);
  }
  const Found found = locate_or_report(s.name, target, frame);
  if (found.parent) assign(*found.parent, keep(found.key), s, frame, 0);
}

void Lowering::set_pair(const Pair& pair, Target& target, Authorship& outer) {
  Authorship frame = outer;
  const OriginId at = origin(pair.key.at, frame);
  const bool containers = target.level == BlockLevel::kClique || target.level == BlockLevel::kContainer;
  if (containers && !pair.key.quoted && is_resource_word(pair.key.text)) {
    for (std::string_view name : {"limits", "requests"}) {
      const Found found = locate(name, target, at);
      Draft& list = pool_.member(*found.parent, name, at);
      pool_.become(list, Draft::Kind::kMap, at);
      apply(pool_.member(list, member_key(list, pair.key), at), pair.value, frame);
    }
    return;
  }
  const Found found = locate_or_report(pair.key, target, frame);
  if (found.parent == nullptr) return;
  Draft& node = pool_.member(*found.parent, keep(found.key), at);
  const Attempt attempt(*this, node);
  if (node.written_by == frame.application && frame.application != 0) {
    context_.diags.report(at, diag::DslSetTwice, pair.key.text)
        .note(NodePool::origin(node), diag::SetHere, pair.key.text);
    return;
  }
  node.written_by = frame.application;
  apply(node, pair.value, frame);
}

// ---------------------------------------------------------------------------------------------------------------------
// Shorthands
// ---------------------------------------------------------------------------------------------------------------------

void Lowering::count(const Statement& s, Target& target, Authorship& frame) {
  const OriginId at = origin(s.at, frame);
  if (target.level == BlockLevel::kContainer) return misplaced(s, "in the header of a container", frame);
  Draft* parent = target.level == BlockLevel::kSet     ? target.set->spec
                  : target.level == BlockLevel::kGroup ? target.set->groups[target.index].item
                                                       : target.set->cliques[target.index].spec;
  Draft& node = pool_.member(*parent, "replicas", at);
  const Attempt attempt(*this, node);
  if (node.written_by == frame.application) {
    context_.diags.report(at, diag::DslSetTwice, "replicas").note(NodePool::origin(node), diag::SetHere, "replicas");
    return;
  }
  node.written_by = frame.application;
  pool_.set_scalar(node, bare_value(keep(s.words[0].text), node.place, at));
}

void Lowering::after(const Statement& s, Target& target, Authorship& frame) {
  if (target.level != BlockLevel::kClique) return misplaced(s, "here; `after` belongs to a clique", frame);
  const OriginId at = origin(s.at, frame);
  Draft& list = pool_.member(*target.set->cliques[target.index].spec, "startsAfter", at);
  target.set->uses_after = true;
  Draft& fresh = pool_.make(list.place);
  pool_.become(fresh, Draft::Kind::kList, at);
  for (const Word& word : s.words) {
    Draft& item = pool_.make(list.place.element());
    pool_.set_scalar(item, ir::Value::string(word.text, origin(word.at, frame)));
    fresh.items.push_back(&item);
  }
  pool_.merge(list, fresh);
}

void Lowering::startup(const Statement& s, Target& target, Authorship& frame) {
  if (target.level != BlockLevel::kSet) return misplaced(s, "here; `startup` belongs to a set", frame);
  const Word& word = s.words[0];
  const OriginId at = origin(word.at, frame);
  const std::string_view type = word.text == "any"        ? "CliqueStartupTypeAnyOrder"
                                : word.text == "in-order" ? "CliqueStartupTypeInOrder"
                                : word.text == "explicit" ? "CliqueStartupTypeExplicit"
                                                          : "";
  if (type.empty()) {
    context_.diags.report(at, diag::DslUnknownStartup, word.text);
    return blame(pool_.member(*target.set->pod_template, "cliqueStartupType", at));
  }
  put_text(*target.set->pod_template, "cliqueStartupType", type, at);
}

void Lowering::metric(Draft& metrics, const Pair& pair, Authorship& frame) {
  const OriginId at = origin(pair.at, frame);
  Draft& item = pool_.make(metrics.place.element());
  metrics.items.push_back(&item);
  const Attempt attempt(*this, item);
  // `pods:NAME=VALUE` is a metric of the pods, everything else a resource.
  const bool of_pods = pair.key.text.starts_with("pods:");
  put_text(item, "type", of_pods ? "Pods" : "Resource", at);
  Draft& metric = pool_.member(item, of_pods ? "pods" : "resource", at);
  put_text(of_pods ? pool_.member(metric, "metric", at) : metric, "name", pair.key.text.substr(of_pods ? 5 : 0),
           origin(pair.key.at, frame));
  Draft& wanted = pool_.member(metric, "target", at);
  Authorship inner = frame;
  OriginId value_at;
  const ValueSyntax* v = behind(pair.value, inner, value_at);
  if (v == nullptr) return;
  if (!of_pods && v->form == ValueForm::kBare && v->text.ends_with('%')) {
    put_text(wanted, "type", "Utilization", value_at);
    Draft& average = pool_.member(wanted, "averageUtilization", value_at);
    pool_.set_scalar(average, bare_value(keep(v->text.substr(0, v->text.size() - 1)), average.place, value_at));
    return;
  }
  put_text(wanted, "type", "AverageValue", value_at);
  apply(pool_.member(wanted, "averageValue", value_at), pair.value, frame);
}

void Lowering::scale(const Statement& s, Target& target, Authorship& frame) {
  if (target.level != BlockLevel::kClique && target.level != BlockLevel::kGroup)
    return misplaced(s, "here; `scale` belongs to a clique or a group", frame);
  const OriginId at = origin(s.keyword, frame);
  const bool group = target.level == BlockLevel::kGroup;
  Draft* parent = group ? target.set->groups[target.index].item : target.set->cliques[target.index].spec;
  Draft& config = pool_.member(*parent, group ? "scaleConfig" : "autoScalingConfig", at);
  pool_.become(config, Draft::Kind::kMap, at);
  const Attempt attempt(*this, config);
  auto bound = [&](std::string_view field, std::string_view text, OriginId where) {
    if (text.empty()) return;
    Draft& node = pool_.member(config, field, where);
    pool_.set_scalar(node, bare_value(keep(text), node.place, where));
  };
  if (s.name) {
    const OriginId range_at = origin(s.name.at, frame);
    const std::size_t dots = s.name.text.find("..");
    if (dots == std::string_view::npos) {
      context_.diags.report(range_at, diag::DslBadScale, s.name.text);
      return;
    }
    bound("minReplicas", s.name.text.substr(0, dots), range_at);
    bound("maxReplicas", s.name.text.substr(dots + 2), range_at);
  }
  target.set->scales.emplace_back(&config, at);
  Draft* metrics = nullptr;
  for (const Pair& pair : s.pairs) {
    if (pair.key.text == "min" || pair.key.text == "max") {
      apply(pool_.member(config, pair.key.text == "min" ? "minReplicas" : "maxReplicas", origin(pair.key.at, frame)),
            pair.value, frame);
      continue;
    }
    if (metrics == nullptr) {
      Draft& list = pool_.member(config, "metrics", at);
      metrics = &pool_.make(list.place);
      pool_.become(*metrics, Draft::Kind::kList, at);
      metric(*metrics, pair, frame);
      pool_.merge(list, *metrics);
      metrics = &list;
      continue;
    }
    metric(*metrics, pair, frame);
  }
  if (s.block) apply_struct_block(config, *s.block, frame, 0);
}

void Lowering::pack(const Statement& s, Target& target, Authorship& frame) {
  if (target.level == BlockLevel::kContainer) return misplaced(s, "in a container", frame);
  const OriginId at = origin(s.keyword, frame);
  Draft* parent = target.level == BlockLevel::kSet     ? target.set->pod_template
                  : target.level == BlockLevel::kGroup ? target.set->groups[target.index].item
                                                       : target.set->cliques[target.index].item;
  Draft& constraint = pool_.member(*parent, "topologyConstraint", at);
  pool_.become(constraint, Draft::Kind::kMap, at);
  const Attempt attempt(*this, constraint);
  if (!s.name && !s.words[0] && !s.words[1]) {
    context_.diags.report(at, diag::DslEmptyPack);
    return;
  }
  if (s.words[1]) put_text(constraint, "topologyName", s.words[1].text, origin(s.words[1].at, frame));
  target.set->packs.emplace_back(&constraint, at);
  if (!s.name && !s.words[0]) return;
  Draft& domains = pool_.member(constraint, "pack", at);
  if (s.name) put_text(domains, "required", s.name.text, origin(s.name.at, frame));
  if (s.words[0]) put_text(domains, "preferred", s.words[0].text, origin(s.words[0].at, frame));
}

void Lowering::tolerate(const Statement& s, Target& target, Authorship& frame) {
  if (target.level != BlockLevel::kClique) return misplaced(s, "here; `tolerate` belongs to a clique", frame);
  constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  Draft& list = pool_.member(pod_spec(target, origin(s.keyword, frame)), "tolerations", origin(s.keyword, frame));
  pool_.become(list, Draft::Kind::kList, origin(s.keyword, frame));
  const Attempt attempt(*this, list);
  for (const Toleration& t : s.tolerations) {
    const OriginId at = origin(t.at, frame);
    std::string key(t.key.text), value;
    OriginId value_at = at;
    if (t.has_value) {
      Authorship inner = frame;
      const ValueSyntax* v = behind(t.value, inner, value_at);
      auto c = v ? program_.evaluator().constant(*v, *inner.scope, inner.source) : std::nullopt;
      if (!c) return poison();
      value = constant_text(*c);
    }
    std::string& tail = t.has_value ? value : key;
    const std::size_t colon = tail.rfind(':');
    const std::string effect = colon == std::string::npos ? "" : tail.substr(colon + 1);
    if (colon != std::string::npos) {
      tail.resize(colon);
      if (std::find(std::begin(kEffects), std::end(kEffects), effect) == std::end(kEffects)) {
        auto report = context_.diags.report(at, diag::DslUnknownEffect, effect);
        if (auto near = nearest_name(effect, kEffects); !near.empty()) report.note(at, diag::DslDidYouMean, near);
        continue;
      }
    }
    Draft& item = pool_.make(list.place.element());
    put_text(item, "key", key, at);
    put_text(item, "operator", t.has_value ? "Equal" : "Exists", at);
    if (t.has_value) put_text(item, "value", value, value_at);
    if (!effect.empty()) put_text(item, "effect", effect, at);
    const ir::Value made = pool_.to_value(item);
    const bool known = list.items.size() < 64 &&
                       std::any_of(list.items.begin(), list.items.end(),
                                   [&](const Draft* other) { return ir::equal(pool_.to_value(*other), made); });
    if (!known) list.items.push_back(&item);
  }
}

}  // namespace grovec::frontend::dsl
