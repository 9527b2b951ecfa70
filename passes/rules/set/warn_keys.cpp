// Labels and annotations that Grove does not read, although their names say that it would.
#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/wording.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

/// Annotations that the operator reads from sets and cliques.
constexpr std::string_view kAnnotations[] = {"grove.io/mnnvl-group", "grove.io/disable-managed-resource-protection",
                                             "grove.io/reconcile-trigger", "scheduling.grove.io/volcano-queue"};

bool is_of_grove(std::string_view key) {
  return key.starts_with("grove.io/") || key.starts_with("scheduling.grove.io/");
}

bool is_annotation(std::string_view key) {
  return std::find(std::begin(kAnnotations), std::end(kAnnotations), key) != std::end(kAnnotations);
}

/// Labels that Grove itself sets: copied from a live object, they are overwritten.
bool is_own_label(std::string_view key) {
  constexpr std::string_view kLabels[] = {"grove.io/podcliqueset-replica-index",
                                          "grove.io/podcliquescalinggroup",
                                          "grove.io/podcliquescalinggroup-replica-index",
                                          "grove.io/podclique",
                                          "grove.io/podclique-pod-index",
                                          "grove.io/podgang",
                                          "grove.io/base-podgang",
                                          "grove.io/pod-template-hash",
                                          "grove.io/scheduler-name",
                                          "grove.io/topology-name"};
  return std::find(std::begin(kLabels), std::end(kLabels), key) != std::end(kLabels);
}

void report_former(const SpecView& v, const Member& m, const Value& map, bool is_annotation_map,
                   const schemas::FormerName& former, const std::string& path) {
  const std::string_view what = is_annotation_map ? "annotation" : "label";
  if (!former.meant.empty() && map.find(former.meant)) return;  // the right one is there as well
  DiagnosticBuilder b =
      v.context.diags.report(m.key_at, diag::KeyWithoutEffect, what, m.key, schemas::story_text(former));
  b.path(path);
  const bool stays = former.place == (is_annotation_map ? "annotation" : "label");
  if (stays && former.story == schemas::NameStory::kForeign && is_annotation(former.meant))
    b.fix(m.key_at, std::string(former.meant));
}

void check_map(const SpecView& v, const Value* map, bool is_annotation_map, const std::string& path) {
  if (!map) return;
  for (const Member& m : map->members()) {
    if (const schemas::FormerName* former = schemas::former_key(m.key)) {
      report_former(v, m, *map, is_annotation_map, *former, path);
    } else if (!is_annotation_map && is_annotation(m.key)) {
      v.context.diags
          .report(m.key_at, diag::KeyWithoutEffect, "label", m.key, "; Grove reads an annotation of this name")
          .path(path);
    } else if (is_annotation_map && is_of_grove(m.key) && !is_annotation(m.key) && !is_own_label(m.key)) {
      v.context.diags.report(m.key_at, diag::UnknownGroveAnnotation, m.key, did_you_mean(m.key, kAnnotations))
          .path(path);
    }
  }
}

}  // namespace

void warn_keys(const SpecView& v) {
  check_map(v, v.set.annotations, true, "metadata.annotations");
  check_map(v, v.set.labels, false, "metadata.labels");
  for (const Clique& c : v.set.cliques) {
    check_map(v, c.annotations, true, clique_path(c.index, ".annotations"));
    check_map(v, c.labels, false, clique_path(c.index, ".labels"));
  }
  for (const ScalingGroup& g : v.set.groups) check_map(v, g.annotations, true, group_path(g.index, ".annotations"));
}

}  // namespace grovec::passes
