#include "passes/lint/scalers.h"

#include <algorithm>
#include <optional>

#include "ir/base/edit_distance.h"
#include "ir/labels.h"
#include "ir/names.h"
#include "passes/lint/lint.h"
#include "passes/lint/requests.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kGroupKind = "PodCliqueScalingGroup", kCliqueKind = "PodClique", kSetKind = "PodCliqueSet";

bool is_keda(std::string_view kind) { return kind == "ScaledObject"; }

/// The key of a resource in all containers, or in the one of a name.
std::string within(std::string_view resource, std::string_view container) {
  return std::string(resource) + (container.empty() ? "" : "/") + std::string(container);
}

std::optional<std::int64_t> leading_number(std::string_view& text) {
  std::size_t n = 0;
  std::int64_t value = 0;
  for (; n < text.size() && n < 9 && text[n] >= '0' && text[n] <= '9'; ++n) value = value * 10 + (text[n] - '0');
  if (n == 0 || n == text.size() || text[n] != '-' || (n > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(n + 1);
  return value;
}

Value names_of(Arena& a, const ScaledSet& set, const ScaledPart& p) {
  if (p.is_group) return names::scaling_group(a, set.name, p.name);
  if (p.group.empty()) return names::standalone_clique(a, set.name, p.name);
  return names::member_clique(a, set.name, p.group, p.name);
}

/// The part of a set that a name stands for; nothing if the set has no such object.
const ScaledPart* find_part(const ScaledSet& set, std::string_view kind, std::string_view name) {
  if (!name.starts_with(set.name)) return nullptr;
  Arena arena;
  for (const ScaledPart& p : set.parts) {
    if (p.is_group != (kind == kGroupKind)) continue;
    const std::optional<Instance> n = match_name(names_of(arena, set, p), name);
    if (n && n->set_replica < std::max<std::int64_t>(set.replicas, 1) &&
        n->group_replica < std::max<std::int64_t>(p.group_replicas, 1))
      return &p;
  }
  return nullptr;
}

std::string first_name(const ScaledSet& set, const ScaledPart& p) {
  Arena arena;
  return name_text(names_of(arena, set, p), {});
}

/// Whether the name could be that of an object of another set, one that is not here: `llm-front-0-x` beside set `llm`.
bool may_be_of_another_set(std::string_view name, std::string_view set) {
  for (std::size_t at = set.size() + 1; at < name.size(); ++at) {
    if (name[at] != '-') continue;
    std::string_view rest = name.substr(at + 1);
    if (leading_number(rest)) return true;
  }
  return false;
}

/// What a scaler names: the set in the input that it belongs to, and the part, if there is one.
struct Meaning {
  const ScaledSet* set = nullptr;
  const ScaledPart* part = nullptr;  ///< what it scales, or was probably meant to
  std::string_view kind;             ///< of `part`; or the set itself is meant
  std::string meant;                 ///< if the target does not exist: the name of what was probably meant
};

Meaning meaning_of(const Scaler& s, const ScalingFacts& facts) {
  Meaning out;
  for (const ScaledSet& set : facts.sets) {
    if (set.namespace_ != s.namespace_) continue;
    if (set.name == s.target_name)
      return {&set, nullptr, kSetKind, s.target_kind == kSetKind ? std::string() : s.target_name};
    for (std::string_view kind : {kGroupKind, kCliqueKind})
      if (const ScaledPart* part = find_part(set, kind, s.target_name))
        if (!out.part || kind == s.target_kind)
          out = {&set, part, kind, kind == s.target_kind ? std::string() : s.target_name};
  }
  if (out.part) return out;
  for (const ScaledSet& set : facts.sets) {
    if (set.namespace_ != s.namespace_ || !s.target_name.starts_with(set.name + "-")) continue;
    if (out.set && out.set->name.size() >= set.name.size()) continue;
    if (may_be_of_another_set(s.target_name, set.name)) continue;
    out = {&set, nullptr, {}, {}};
  }
  if (!out.set) return out;
  // The index left out is the common mistake; else the nearest name.
  std::vector<std::string> names;
  for (const ScaledPart& p : out.set->parts) names.push_back(first_name(*out.set, p));
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::string_view near;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (s.target_name == out.set->name + "-" + out.set->parts[i].name) near = views[i];
  if (near.empty()) near = nearest_name(s.target_name, views);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!near.empty() && names[i] == near) {
      out.part = &out.set->parts[i];
      out.kind = out.part->is_group ? kGroupKind : kCliqueKind;
    }
  out.meant = near;
  return out;
}

void missing_target(Context& context, const Value& target, const Scaler& s, const Meaning& m) {
  const std::string hint = m.meant.empty() ? "" : "; did you mean `" + std::string(m.kind) + "` `" + m.meant + "`?";
  DiagnosticBuilder found = context.diags.report(target["name"].at(), diag::ScaleTargetMissing, s.kind, s.target_kind,
                                                 s.target_name, m.set->name, hint);
  found.path("spec.scaleTargetRef.name");
  if (!m.meant.empty() && m.meant != s.target_name) found.fix(target["name"].at(), m.meant);
  if (!m.meant.empty() && m.kind != s.target_kind && target.find("kind"))
    found.fix(target["kind"].at(), std::string(m.kind));
}

void bounds(Context& context, const Value& spec, const Scaler& s, const ScaledPart& part, const std::string& target) {
  const bool keda = is_keda(s.kind);
  auto below = [&](std::string_view field, std::int64_t otherwise) {
    const Value* v = spec.find(field);
    const std::int64_t n = v && v->is_int() ? v->as_int() : otherwise;
    if (n >= part.min_available) return;
    context.diags
        .report(v ? v->at() : spec["scaleTargetRef"]["name"].at(), diag::ScalerBelowMinAvailable, field, n, target,
                part.min_available)
        .path("spec." + std::string(field));
  };
  below(keda ? "minReplicaCount" : "minReplicas", keda ? 0 : 1);
  if (keda && spec.find("idleReplicaCount")) below("idleReplicaCount", 0);
}

void requests(Context& context, const Value& spec, const Scaler& s, const Unrequesting& lacking,
              const std::string& target) {
  auto check = [&](std::string_view resource, std::string_view container, OriginId at, const std::string& path) {
    auto it = lacking.find(within(resource, container));
    if (it == lacking.end()) return;
    context.diags.report(at, diag::UtilizationWithoutRequest, target, resource, it->second).path(path);
  };
  if (is_keda(s.kind)) {
    for (const Value& t : spec["triggers"].items()) {
      const std::string_view type = t["type"].as_string();
      const bool is_utilization =
          t["metricType"].as_string() == "Utilization" || t["metadata"]["type"].as_string() == "Utilization";
      if ((type == "cpu" || type == "memory") && is_utilization)
        check(type, t["metadata"]["containerName"].as_string(), t["type"].at(), "spec.triggers");
    }
    return;
  }
  for (const UtilizationTarget& t : utilization_targets(spec.find("metrics"), spec["scaleTargetRef"]["name"].at()))
    check(t.resource, t.container, t.at, "spec.metrics");
}

void second_scaler(Context& context, const Value& target, const Scaler& s, const Meaning& m,
                   const ScalingFacts& facts) {
  std::string other;
  if (m.part && m.part->has_autoscaler)
    other = std::string("Grove's own, from `") + (m.part->is_group ? "scaleConfig" : "autoScalingConfig") + "`";
  for (const Scaler& o : facts.scalers)
    if (other.empty() && o.order < s.order && o.namespace_ == s.namespace_ && o.target_kind == s.target_kind &&
        o.target_name == s.target_name)
      other = o.kind + " `" + o.name + "`";
  if (other.empty()) return;
  context.diags.report(target["name"].at(), diag::SecondScaler, s.target_kind, s.target_name, other)
      .path("spec.scaleTargetRef");
}

}  // namespace

bool is_scaler(const Value& document) {
  const std::string_view api = document["apiVersion"].as_string(), kind = document["kind"].as_string();
  const bool is_one = (api.starts_with("autoscaling/") && kind == "HorizontalPodAutoscaler") ||
                      (api.starts_with("keda.sh/") && is_keda(kind));
  const Value& metadata = document["metadata"];
  return is_one && metadata["ownerReferences"].items().empty() &&
         metadata["labels"][keys::kManagedBy].as_string() != keys::kOperator;
}

ScaledSet scaled_set(const PodCliqueSet& set, std::string_view default_namespace) {
  ScaledSet out{std::string(set.namespace_.empty() ? default_namespace : set.namespace_),
                std::string(set.name),
                set.replicas,
                {}};
  auto lacks = [](ScaledPart& p, const Clique& c) {
    for (const char* resource : {"cpu", "memory"}) {
      if (const Unrequested found = without_request(c, resource))
        p.unrequested.emplace(resource, (*found.container)["name"].as_string());
      for_each_container(c, [&](const ContainerAt& at) {
        const std::string_view name = at.container["name"].as_string();
        if (!name.empty() && without_request(c, resource, name)) p.unrequested.emplace(within(resource, name), name);
      });
    }
  };
  for (const ScalingGroup& g : set.groups) {
    ScaledPart p{std::string(g.name), {}, true, g.auto_scaling.has_value(), g.min_available, g.replicas, {}};
    for (CliqueId c : g.cliques) lacks(p, set.cliques[c]);
    out.parts.push_back(std::move(p));
  }
  for (const Clique& c : set.cliques) {
    ScaledPart p{std::string(c.name), {}, false, c.auto_scaling.has_value(), c.min_available.value_or(0), 0, {}};
    if (c.group) {
      p.group = set.groups[*c.group].name;
      p.group_replicas = foreseen_replicas(set.groups[*c.group]);
    }
    lacks(p, c);
    out.parts.push_back(std::move(p));
  }
  return out;
}

Scaler scaler_of(const Value& document, std::string_view default_namespace, std::uint64_t order) {
  const Value& metadata = document["metadata"];
  const Value& target = document["spec"]["scaleTargetRef"];
  std::string_view space = metadata["namespace"].as_string();
  return {std::string(document["kind"].as_string()),
          std::string(metadata["name"].as_string()),
          std::string(space.empty() ? default_namespace : space),
          std::string(target["kind"].as_string()),
          std::string(target["name"].as_string()),
          order};
}

void lint_scaler(Context& context, const Value& document, const Scaler& s, const ScalingFacts& facts) {
  if (s.target_kind != kGroupKind && s.target_kind != kCliqueKind && s.target_kind != kSetKind) return;
  const Value& spec = document["spec"];
  const Value& target = spec["scaleTargetRef"];
  const Meaning m = meaning_of(s, facts);
  if (!m.set) return;
  const std::string_view api = target["apiVersion"].as_string();
  const bool is_set = s.target_kind == kSetKind && m.kind == kSetKind;
  if (s.target_kind == kSetKind && !is_set && !m.part) return;  // a set that is not in the input
  if (!m.meant.empty() || (!m.part && !is_set)) {
    missing_target(context, target, s, m);
  } else if (!api.starts_with("grove.io/")) {
    const Value* written = target.find("apiVersion");
    DiagnosticBuilder found = context.diags.report(written ? written->at() : target["name"].at(),
                                                   diag::ScaleTargetVersion, s.kind, s.target_kind, keys::kGroveApi);
    found.path("spec.scaleTargetRef.apiVersion");
    if (written) found.fix(written->at(), std::string(keys::kGroveApi));
  }
  if (m.part) {
    const std::string name = m.meant.empty() ? s.target_name : m.meant;
    bounds(context, spec, s, *m.part, name);
    requests(context, spec, s, m.part->unrequested, name);
  } else if (is_set) {
    Unrequesting all;
    for (const ScaledPart& part : m.set->parts) all.insert(part.unrequested.begin(), part.unrequested.end());
    requests(context, spec, s, all, s.target_name);
  }
  if (m.meant.empty() && (m.part || is_set)) second_scaler(context, target, s, m, facts);
}

}  // namespace grovec::passes
