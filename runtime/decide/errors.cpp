// lastErrors: the answers to our writes that failed, in upstream's codes; gone when the write succeeds (reference:
// runtime 17, 25), or when nothing asks for it any more: the answer may have been lost, and the write done.
#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace {

struct Code {
  Kind kind;
  std::string_view create, change, remove;
};

constexpr Code kCodes[] = {
    {Kind::kServiceAccount, "ERR_SYNC_SERVICEACCOUNT", "ERR_SYNC_SERVICEACCOUNT", "ERR_DELETE_SERVICEACCOUNT"},
    {Kind::kRole, "ERR_SYNC_ROLE", "ERR_SYNC_ROLE", "ERR_DELETE_ROLE"},
    {Kind::kRoleBinding, "ERR_SYNC_ROLEBINDING", "ERR_SYNC_ROLEBINDING", "ERR_DELETE_ROLEBINDING"},
    {Kind::kSecret, "ERR_CREATE_SECRET", "ERR_CREATE_SECRET", "ERR_DELETE_SECRET"},
    {Kind::kService, "ERR_SYNC_PODCLIQUESET_SERVICE", "ERR_SYNC_PODCLIQUESET_SERVICE",
     "ERR_DELETE_PODCLIQUESET_SERVICE"},
    {Kind::kHorizontalPodAutoscaler, "ERR_SYNC_HPA", "ERR_SYNC_HPA", "ERR_DELETE_HPA"},
    {Kind::kComputeDomain, "ERR_SYNC_COMPUTEDOMAIN", "ERR_SYNC_COMPUTEDOMAIN", "ERR_DELETE_COMPUTEDOMAIN"},
    {Kind::kResourceClaim, "ERR_SYNC_PCS_RESOURCE_CLAIM", "ERR_SYNC_PCS_RESOURCE_CLAIM",
     "ERR_DELETE_PCS_RESOURCE_CLAIM"},
    {Kind::kPodClique, "ERR_CREATE_PODCLIQUE", "ERR_SYNC_PODCLIQUE", "ERR_DELETE_PODCLIQUE"},
    {Kind::kPodCliqueScalingGroup, "ERR_CREATE_PODCLIQUESCALINGGROUP", "ERR_SYNC_PODCLIQUESCALINGGROUP",
     "ERR_DELETE_PODCLIQUESCALINGGROUP"},
    {Kind::kPodGang, "ERR_CREATE_PODGANG", "ERR_CREATE_OR_PATCH_PODGANG", "ERR_DELETE_EXCESS_PODGANG"},
    {Kind::kPod, "ERR_CREATE_POD", "ERR_REMOVE_POD_SCHEDULING_GATE", "ERR_DELETE_POD"},
};

std::string_view code_of(const FailedWrite& f) {
  for (const Code& c : kCodes)
    if (c.kind == f.key.kind) return f.verb == Verb::kCreate ? c.create : f.verb == Verb::kDelete ? c.remove : c.change;
  return f.verb == Verb::kDelete ? "ERR_DELETE_PCS_REPLICA" : "ERR_UPDATE_PCS_STATUS";
}

bool is_below(std::string_view name, const std::string& owner) {
  return name.size() > owner.size() && name.starts_with(owner) && name[owner.size()] == '-';
}

// Whose errors these are: a pod's are its PodClique's, a member's its group's, everything else the set's.
bool concerns(const Draft& d, const FailedWrite& f, const ObjectKey& key) {
  if (f.key.kind == Kind::kPod)
    return key.kind == Kind::kPodClique && f.key.name.substr(0, f.key.name.rfind('-')) == key.name;
  if (f.key.kind == Kind::kPodClique) {
    const bool of_group = [&] {
      for (const GroupCell& g : d.view.groups())
        if (is_below(f.key.name, d.view.name(g))) return true;
      return false;
    }();
    if (of_group) return key.kind == Kind::kPodCliqueScalingGroup && is_below(f.key.name, key.name);
  }
  return key.kind == Kind::kPodCliqueSet;
}

}  // namespace

std::vector<LastError> errors_of(const Draft& d, const ObjectKey& key) {
  std::vector<LastError> out;
  for (const FailedWrite& f : d.view.observed().failed)
    if (d.still_wants(f) && concerns(d, f, key))
      out.push_back({std::string(code_of(f)),
                     std::string(name_of(f.verb)) + " " + std::string(ir::info_of(f.key.kind).kind) + " " + f.key.name +
                         ": " + f.message,
                     f.at.whole()});
  return out;
}

}  // namespace grovec::decide
