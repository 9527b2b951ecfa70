#include "runtime/decide/events.h"

#include <algorithm>

namespace grovec::decide {

namespace {

// Whose Events tell of an object: a pod's are its PodClique's, a member's its group's, everything else the set's.
ObjectKey teller(const Action& a, const Observed& o) {
  if (a.owner && a.owner->kind != Kind::kPodGang) return *a.owner;
  if (a.key.kind == Kind::kPod) {
    const auto pod = std::lower_bound(o.pods.begin(), o.pods.end(), a.key.name,
                                      [](const LivePod* p, const std::string& name) { return p->name < name; });
    if (pod != o.pods.end() && (*pod)->uid == a.uid && (*pod)->owner_name)
      return {Kind::kPodClique, *(*pod)->owner_name};
    return {Kind::kPodClique, a.key.name.substr(0, a.key.name.rfind('-'))};
  }
  if (a.key.kind == Kind::kPodClique)
    for (const LiveClique* c : o.cliques) {
      const OwnerReference* owner = c->meta.uid == a.uid ? c->meta.controller() : nullptr;
      if (owner && owner->kind == "PodCliqueScalingGroup") return {Kind::kPodCliqueScalingGroup, owner->name};
    }
  return {Kind::kPodCliqueSet, o.name};
}

bool is_told(const Action& a) {
  const Reason r = a.why.reason;
  if (a.verb == Verb::kPatchStatus || r == Reason::kFact || r == Reason::kFinalizer || r == Reason::kHashAdopted ||
      r == Reason::kGateOpen || r == Reason::kForeignEdit || r == Reason::kReferences)
    return false;
  return a.key.kind == Kind::kPod || a.key.kind == Kind::kPodClique || a.key.kind == Kind::kPodCliqueScalingGroup ||
         a.key.kind == Kind::kPodGang || a.key.kind == Kind::kComputeDomain;
}

std::string reason_of(const Action& a, const ObjectKey& on) {
  if (a.verb == Verb::kDelete) return std::string(info_of(a.key.kind).kind) + "Delete";
  if (a.key.kind == Kind::kPodGang) return "PodGangCreateOrUpdate";
  const bool is_standalone = a.key.kind == Kind::kPodClique && on.kind == Kind::kPodCliqueSet;
  if (is_standalone || (a.key.kind == Kind::kPodClique && a.verb == Verb::kPatch)) return "PodCliqueCreateOrUpdate";
  return std::string(info_of(a.key.kind).kind) + "Create";
}

std::string_view done_word(const Action& a) {
  if (a.verb == Verb::kDelete) return "Deleted ";
  return a.key.kind == Kind::kPodGang ? "Created/Updated " : a.verb == Verb::kPatch ? "Updated " : "Created ";
}

}  // namespace

std::optional<Event> event_of(const Action& a, const Observed& o, std::string_view problem) {
  if (!is_told(a)) return std::nullopt;
  Event e;
  e.on = teller(a, o);
  e.is_warning = !problem.empty();
  e.reason = reason_of(a, e.on) + (e.is_warning ? "Failed" : "Successful");
  const std::string what = std::string(info_of(a.key.kind).kind);
  if (e.is_warning)
    e.message = std::string(name_of(a.verb)) + " " + what + " " + a.key.name + ": " + std::string(problem);
  else if (a.key.kind == Kind::kPod)
    e.message = std::string(done_word(a)) + "Pod: " + a.key.name;
  else
    e.message = std::string(done_word(a)) + what + " " + o.namespace_ + "/" + a.key.name;
  return e;
}

}  // namespace grovec::decide
