// Labels and annotations that Grove does not read, although their names say that it would.
#include <algorithm>

#include "ir/labels.h"
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

/// What a map of annotations belongs to.
enum class Owner : std::uint8_t { kSet, kClique, kGroup };

constexpr std::string_view name_of(Owner owner) {
  return owner == Owner::kSet ? "set" : owner == Owner::kClique ? "clique" : "scaling group";
}

// The NVLink group is read everywhere, the queue from sets and cliques, the switches from the set alone.
bool is_read_of(Owner owner, std::string_view key) {
  if (owner == Owner::kSet || key == keys::kNvlinkGroup) return true;
  return owner == Owner::kClique && key == "scheduling.grove.io/volcano-queue";
}

void check_labels(const SpecView& v, const Value* map, const std::string& path) {
  if (!map) return;
  for (const Member& m : map->members()) {
    if (const schemas::FormerName* former = schemas::former_key(m.key))
      report_former(v, m, *map, false, *former, path);
    else if (is_annotation(m.key))
      v.context.diags
          .report(m.key_at, diag::KeyWithoutEffect, "label", m.key, "; Grove reads an annotation of this name")
          .path(path);
  }
}

// One message for each key: another name was meant (GV6131), Grove reads it elsewhere (GV6150), or it does not know it.
void check_annotations(const SpecView& v, const Value* map, Owner owner, const std::string& path) {
  if (!map) return;
  for (const Member& m : map->members()) {
    if (is_own_label(m.key)) continue;  // comes along when a live object is written down
    if (const schemas::FormerName* former = schemas::former_key(m.key)) {
      report_former(v, m, *map, true, *former, path);
    } else if (is_annotation(m.key)) {
      if (!is_read_of(owner, m.key))
        v.context.diags.report(m.key_at, diag::AnnotationUnread, m.key, name_of(owner), "").path(path);
    } else if (is_of_grove(m.key)) {
      v.context.diags.report(m.key_at, diag::UnknownGroveAnnotation, m.key, did_you_mean(m.key, kAnnotations))
          .path(path);
    }
  }
}

}  // namespace

void warn_keys(const SpecView& v) {
  check_annotations(v, v.set.annotations, Owner::kSet, "metadata.annotations");
  check_labels(v, v.set.labels, "metadata.labels");
  for (const Clique& c : v.set.cliques) {
    check_annotations(v, c.annotations, Owner::kClique, clique_path(c.index, ".annotations"));
    check_labels(v, c.labels, clique_path(c.index, ".labels"));
  }
  for (const ScalingGroup& g : v.set.groups)
    check_annotations(v, g.annotations, Owner::kGroup, group_path(g.index, ".annotations"));
}

}  // namespace grovec::passes
