#include "runtime/decide/actions.h"

#include <algorithm>

#include <utility>

namespace grovec::decide {

namespace {

struct ReasonText {
  Reason reason;
  std::string_view name, line;  // {0} {1} {2} numbers, {t} the text
};

constexpr ReasonText kReasons[] = {
    {Reason::kMissing, "missing", "wanted and not there"},
    {Reason::kForeignEdit, "foreign-edit", "somebody else changed {t}"},
    {Reason::kSpecChanged, "spec-changed", "the set asks for something else"},
    {Reason::kScaledIn, "scaled-in", "index {1} is not wanted any more ({0} are)"},
    {Reason::kNotWanted, "not-wanted", "nothing wants it any more"},
    {Reason::kPodGone, "pod-gone", "index {0} has no pod"},
    {Reason::kPodFinished, "pod-finished", "the pod has come to an end"},
    {Reason::kDuplicateIndex, "duplicate-index", "{t} has index {0}, too"},
    {Reason::kDeadOwner, "dead-owner", "its PodClique is gone"},
    {Reason::kAdopt, "adopt", "an orphan that fits index {0}"},
    {Reason::kGateOpen, "gate-open", "its gang may be scheduled"},
    {Reason::kReferences, "references", "the gang lists other pods now"},
    {Reason::kMirror, "mirror", "labels or annotations follow the set"},
    {Reason::kUpdateNotReady, "update-not-ready", "old and not ready"},
    {Reason::kUpdateSelected, "update-selected", "old and ready, its turn ({0} of {1} are ready, minimum {2})"},
    {Reason::kUpdateReplica, "update-replica", "replica {0}: its turn ({1} are available, minimum {2})"},
    {Reason::kGangTerminated, "gang-terminated", "below its minimum for longer than the termination delay"},
    {Reason::kSetDeleted, "set-deleted", "the set goes"},
    {Reason::kOwnerGone, "owner-gone", "left over from a set that is gone"},
    {Reason::kFinalizer, "finalizer", "nothing holds it back"},
    {Reason::kFact, "fact", "to be remembered: {t}"},
    {Reason::kStatus, "status", "status follows the world"},
    {Reason::kHashAdopted, "hash-adopted", "same template, hash of another library version"},
};

const ReasonText& row_of(Reason reason) {
  for (const ReasonText& r : kReasons)
    if (r.reason == reason) return r;
  return kReasons[0];
}

}  // namespace

std::string_view name_of(Verb verb) {
  switch (verb) {
    case Verb::kCreate:
      return "create";
    case Verb::kPatch:
      return "patch";
    case Verb::kDelete:
      return "delete";
    case Verb::kPatchStatus:
      return "patch-status";
  }
  return {};
}

std::string_view name_of(Reason reason) { return row_of(reason).name; }

std::string text_of(const Why& why) {
  std::string out;
  const std::string_view line = row_of(why.reason).line;
  for (std::size_t n = 0; n < line.size(); ++n) {
    if (line[n] != '{' || n + 2 >= line.size()) {
      out += line[n];
      continue;
    }
    if (line[n + 1] == 't')
      out += why.text;
    else
      out += std::to_string(why.n[static_cast<std::size_t>(line[n + 1] - '0')]);
    n += 2;
  }
  return out;
}

namespace {

bool equal(const Source& a, const Source& b) {
  const ir::Instance &x = a.instance, &y = b.instance;
  return a.from == b.from && a.description == b.description && a.clique == b.clique && a.gated == b.gated &&
         x.set_replica == y.set_replica && x.group_replica == y.group_replica && x.scaled_gang == y.scaled_gang &&
         x.pod_index == y.pod_index && x.pod_suffix == y.pod_suffix;
}

}  // namespace

bool equal(const Action& a, const Action& b) {
  return a.verb == b.verb && a.key == b.key && a.uid == b.uid && a.resource_version == b.resource_version &&
         equal(a.source, b.source) && ir::equal(a.change, b.change) && a.owner == b.owner && a.gang == b.gang &&
         a.is_optional == b.is_optional && a.read_owner_first == b.read_owner_first && a.why == b.why;
}

bool equal(const Decision& a, const Decision& b) {
  const auto same_steps = [](const Step& x, const Step& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Action& m, const Action& n) { return equal(m, n); });
  };
  return a.events == b.events && a.next_look == b.next_look &&
         std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), same_steps);
}

}  // namespace grovec::decide
