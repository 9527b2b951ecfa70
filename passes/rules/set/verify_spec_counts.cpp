#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

// V031-V034
void clique_counts(const SpecView& v, const Clique& c) {
  const Value& spec = *c.spec;
  OriginId replicas_at = written_at(v.context, c.spec_at("replicas"));
  if (c.replicas <= 0)
    v.context.diags.report(replicas_at, diag::ReplicasNotPositive, c.replicas, c.name)
        .path(clique_path(c.index, ".spec.replicas"));
  if (!c.min_available) {
    v.context.diags.report(c.spec_at("minAvailable"), diag::NoMinAvailable, c.name)
        .path(clique_path(c.index, ".spec.minAvailable"));
    return;
  }
  OriginId at = c.spec_at("minAvailable");
  bool filled = is_filled(v.context, at);
  if (*c.min_available <= 0) {
    if (filled && c.replicas <= 0) return;  // it was copied from `replicas`, which is the mistake
    bool given = filled && !is_filled(v.context, written_at(v.context, at));
    OriginId place = !filled ? at : given ? written_at(v.context, at) : spec.at();
    DiagnosticBuilder b = v.context.diags.report(place, diag::MinAvailableNotPositive, *c.min_available, c.name,
                                                 !filled ? ""
                                                 : given ? "; without a value it is `replicas`"
                                                         : "; without a value it is `replicas`, which is missing");
    b.path(clique_path(c.index, ".spec.minAvailable"));
    if (!filled || given) b.fix(place, "1");
  } else if (*c.min_available > c.replicas && c.replicas > 0) {
    v.context.diags.report(at, diag::MinAvailableAboveReplicas, *c.min_available, c.replicas, c.name)
        .note(replicas_at, diag::SetHere, "replicas")
        .fix(at, std::to_string(c.replicas))
        .path(clique_path(c.index, ".spec.minAvailable"));
  }
}

// V038-V041
void clique_scaling(const SpecView& v, const Clique& c) {
  const AutoScaling& a = *c.auto_scaling;
  std::string path = clique_path(c.index, ".spec.autoScalingConfig");
  OriginId min_at = written_at(v.context, a.at("minReplicas"));
  if (!a.min_replicas) {
    v.context.diags.report(a.at("minReplicas"), diag::NoMinReplicas, c.name).path(path + ".minReplicas");
    return;
  }
  if (c.min_available && *a.min_replicas < *c.min_available) {
    bool filled = is_filled(v.context, a.at("minReplicas"));
    v.context.diags
        .report(min_at, diag::MinReplicasBelowMinAvailable, *a.min_replicas, *c.min_available, c.name,
                filled ? "; without a value it is `replicas` as written" : "")
        .note(written_at(v.context, c.spec_at("minAvailable")), diag::SetHere, "minAvailable")
        .path(path + ".minReplicas");
  }
  // Both limits fail for one reason; the higher one tells what the value has to be.
  OriginId max_at = key_at(*a.node, "maxReplicas");
  if (!is_filled(v.context, a.at("maxReplicas"))) max_at = a.at("maxReplicas");
  bool below_min = a.max_replicas < *a.min_replicas, below_replicas = a.max_replicas < c.replicas;
  if (below_min && (*a.min_replicas >= c.replicas || !below_replicas))
    v.context.diags.report(max_at, diag::MaxReplicasBelowMinReplicas, a.max_replicas, *a.min_replicas, c.name)
        .note(min_at, diag::SetHere, "minReplicas")
        .path(path + ".maxReplicas");
  else if (below_replicas)
    v.context.diags.report(max_at, diag::MaxReplicasBelowReplicas, a.max_replicas, c.replicas, c.name)
        .note(written_at(v.context, c.spec_at("replicas")), diag::SetHere, "replicas")
        .path(path + ".maxReplicas");
}

// V055-V058
void group_counts(const SpecView& v, const ScalingGroup& g) {
  OriginId replicas_at = written_at(v.context, g.at("replicas")), min_at = written_at(v.context, g.at("minAvailable"));
  if (g.replicas <= 0)
    v.context.diags.report(replicas_at, diag::GroupReplicasNotPositive, g.replicas, g.name)
        .path(group_path(g.index, ".replicas"));
  if (g.min_available <= 0)
    v.context.diags.report(min_at, diag::GroupMinAvailableNotPositive, g.min_available, g.name)
        .path(group_path(g.index, ".minAvailable"));
  else if (g.min_available > g.replicas && g.replicas > 0)
    v.context.diags.report(min_at, diag::GroupMinAvailableAboveReplicas, g.min_available, g.replicas, g.name)
        .note(replicas_at, diag::SetHere, "replicas")
        .fix(min_at, std::to_string(g.replicas))
        .path(group_path(g.index, ".minAvailable"));
  if (g.auto_scaling && g.auto_scaling->min_replicas && *g.auto_scaling->min_replicas < g.min_available) {
    bool filled = is_filled(v.context, g.auto_scaling->at("minReplicas"));
    if (filled && (g.replicas <= 0 || g.min_available > g.replicas)) return;  // follows from the finding above
    v.context.diags
        .report(written_at(v.context, g.auto_scaling->at("minReplicas")), diag::GroupMinReplicasBelowMinAvailable,
                *g.auto_scaling->min_replicas, g.min_available, g.name)
        .note(min_at, diag::SetHere, "minAvailable")
        .path(group_path(g.index, ".scaleConfig.minReplicas"));
  }
}

}  // namespace

void verify_counts(const SpecView& v) {
  for (const Clique& c : v.set.cliques) {
    if (!c.spec) continue;
    clique_counts(v, c);
    if (c.auto_scaling) clique_scaling(v, c);
  }
  for (const ScalingGroup& g : v.set.groups) group_counts(v, g);
}

}  // namespace grovec::passes
