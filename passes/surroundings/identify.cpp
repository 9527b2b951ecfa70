#include "passes/surroundings/identify.h"

#include <string>
#include <vector>

#include "ir/base/edit_distance.h"
#include "passes/wording.h"

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

}  // namespace

const KnownKind* identify(Context& context, const Value& root) {
  if (!root.is_mapping()) {
    context.diags.report(root.at(), diag::NotAnObject, json_kind(root));
    return nullptr;
  }
  for (std::string_view field : {"apiVersion", "kind"})
    if (root[field].as_string().empty()) {
      context.diags
          .report(root.find(field) && root[field].at() != kNowhere ? root[field].at() : root.at(), diag::NoKind, field)
          .path(std::string(field));
      return nullptr;
    }
  std::string_view api = root["apiVersion"].as_string(), kind = root["kind"].as_string();
  for (const KnownKind& k : kKinds)
    if (k.api == api && k.kind == kind) return &k;
  for (const KnownKind& k : kKinds)
    if (k.kind == kind && (group_of(api) == group_of(k.api) || k.root == schemas::Root::kPodCliqueSet)) {
      context.diags.report(root["apiVersion"].at(), diag::WrongVersion, api, kind, k.api)
          .fix(root["apiVersion"].at(), std::string(k.api))
          .path("apiVersion");
      return &k;
    }
  if (group_of(api) != group_of(kGroup) && group_of(api) != group_of(kSchedulerGroup)) return nullptr;
  std::vector<std::string_view> names;
  for (const KnownKind& k : kKinds) names.push_back(k.kind);
  std::string_view near = nearest_name(kind, names);
  std::string hint = near.empty() ? std::string() : "; did you mean `" + std::string(near) + "`?";
  DiagnosticBuilder b = context.diags.report(root["kind"].at(), diag::UnknownKind, kind, api, hint);
  b.path("kind");
  if (near.empty()) return nullptr;
  b.fix(root["kind"].at(), std::string(near));
  for (const KnownKind& k : kKinds)
    if (k.kind == near) return &k;
  return nullptr;
}

}  // namespace grovec::passes
