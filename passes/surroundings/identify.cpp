#include "passes/surroundings/identify.h"

#include <string>
#include <vector>

#include "ir/base/edit_distance.h"
#include "passes/wording.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kGroup = "grove.io/v1alpha1", kSchedulerGroup = "scheduler.grove.io/v1alpha1";

constexpr KnownKind kKinds[] = {
    {kGroup, "PodCliqueSet", schemas::Root::kPodCliqueSet},
    {kGroup, "PodClique", schemas::Root::kPodClique},
    {kGroup, "PodCliqueScalingGroup", schemas::Root::kPodCliqueScalingGroup},
    {kGroup, "ClusterTopologyBinding", schemas::Root::kClusterTopologyBinding},
    {kSchedulerGroup, "PodGang", schemas::Root::kPodGang},
};

std::string_view group_of(std::string_view api) {
  std::size_t slash = api.find('/');
  return slash == std::string_view::npos ? std::string_view() : api.substr(0, slash);
}

bool is_ours(std::string_view group) {
  const schemas::FormerName* former = schemas::former_group(group);
  if (former) group = former->meant;
  return group == group_of(kGroup) || group == group_of(kSchedulerGroup);
}

/// A kind that is called otherwise today, or does not exist in this version.
const KnownKind* report_former_kind(Context& context, const Value& root, const schemas::FormerName& former) {
  const Value &api = root["apiVersion"], &kind = root["kind"];
  DiagnosticBuilder b = context.diags.report(kind.at(), diag::UnknownKind, kind.as_string(), api.as_string(),
                                             schemas::story_text(former));
  b.path("kind");
  for (const KnownKind& k : kKinds) {
    if (k.kind != former.meant) continue;
    b.fix(kind.at(), std::string(k.kind));
    if (api.as_string() != k.api) b.fix(api.at(), std::string(k.api));
    return &k;
  }
  return nullptr;
}

/// The kind is right, its group or version is not.
const KnownKind* report_version(Context& context, const Value& root, const KnownKind& k) {
  const Value& api = root["apiVersion"];
  std::string hint = "; write `" + std::string(k.api) + "`";
  const std::string_view group = group_of(api.as_string());
  if (const schemas::FormerName* former = schemas::former_group(group))
    hint = schemas::story_text(*former) + (k.api == std::string(former->meant) + "/v1alpha1" ? "" : hint);
  else if (k.root == schemas::Root::kPodGang && group == group_of(kGroup))
    hint += "; users do not write it, Grove makes it";
  else if (api.as_string() == "grove.io/v1beta1")
    hint = "; Grove has it since v0.2.0-beta1, this grovec equals " + std::string(schemas::kNearestRelease) + hint;
  context.diags.report(api.at(), diag::WrongVersion, api.as_string(), root["kind"].as_string(), hint)
      .fix(api.at(), std::string(k.api))
      .path("apiVersion");
  return &k;
}

const KnownKind* report_unknown_kind(Context& context, const Value& root) {
  const Value &api = root["apiVersion"], &kind = root["kind"];
  std::vector<std::string_view> names;
  for (const KnownKind& k : kKinds) names.push_back(k.kind);
  const std::string_view near = nearest_name(kind.as_string(), names);
  std::string hint = near.empty() ? std::string() : "; did you mean `" + std::string(near) + "`?";
  DiagnosticBuilder b = context.diags.report(kind.at(), diag::UnknownKind, kind.as_string(), api.as_string(), hint);
  b.path("kind");
  if (near.empty()) return nullptr;
  b.fix(kind.at(), std::string(near));
  for (const KnownKind& k : kKinds)
    if (k.kind == near) return &k;
  return nullptr;
}

}  // namespace

const KnownKind* exact_kind(const Value& root) {
  for (const KnownKind& k : kKinds)
    if (k.api == root["apiVersion"].as_string() && k.kind == root["kind"].as_string()) return &k;
  return nullptr;
}

// `apiVersion` or `kind`, and what was probably meant to be it.
const KnownKind* report_missing(Context& context, const Value& root, std::string_view field) {
  DiagnosticBuilder b = context.diags.report(
      root.find(field) && root[field].at() != kNowhere ? root[field].at() : root.at(), diag::NoKind, field);
  b.path(std::string(field));
  for (const Member& m : root.members())
    if (m.key != field && !root.find(field) && nearest_name(m.key, {&field, 1}) == field)
      b.note(m.key_at, diag::DslDidYouMean, field);
  return nullptr;
}

const KnownKind* identify(Context& context, const Value& root) {
  if (!root.is_mapping()) {
    context.diags.report(root.at(), diag::NotAnObject, json_kind(root));
    return nullptr;
  }
  for (std::string_view field : {"apiVersion", "kind"})
    if (root[field].as_string().empty()) return report_missing(context, root, field);
  if (const KnownKind* known = exact_kind(root)) return known;
  std::string_view api = root["apiVersion"].as_string(), kind = root["kind"].as_string();
  if (const schemas::FormerName* former = is_ours(group_of(api)) ? schemas::former_kind(kind) : nullptr)
    return report_former_kind(context, root, *former);
  for (const KnownKind& k : kKinds)
    if (k.kind == kind && (is_ours(group_of(api)) || k.root == schemas::Root::kPodCliqueSet))
      return report_version(context, root, k);
  return is_ours(group_of(api)) ? report_unknown_kind(context, root) : nullptr;
}

}  // namespace grovec::passes
