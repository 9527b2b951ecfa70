// Pods: the first thing that keeps each from running.
#include "runtime/status/reasons.h"

#include <algorithm>

#include "ir/labels.h"
#include "runtime/status/scheduler_text.h"

namespace grovec::status {

using decide::LiveClique;
using decide::SharedText;
namespace keys = ir::keys;

namespace {

std::string_view view(const SharedText& text) { return text ? std::string_view(*text) : std::string_view(); }
std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }
std::string with(std::string text, std::string_view more) {
  return more.empty() ? std::move(text) : std::move(text) + ": " + std::string(more);
}

/// Looks at one pod from outside to inside: is it alive, may it be placed, is it placed, do its containers run.
class PodReasons {
 public:
  PodReasons(const Scope& scope, const PodFacts& pod) : s_(scope), p_(pod), live_(*pod.live) {}

  std::vector<Reason> list() {
    if (live_.is_marked()) {
      disrupted();
      if (p_.finalizers) add(Cause::kDeletion, "is being deleted; finalizers hold it: " + *p_.finalizers);
      return std::move(out_);
    }
    if (live_.is_finished()) {
      finished();
    } else if (live_.gated || live_.other_gates) {
      gates();
    } else if (!p_.node && !live_.scheduled) {
      unscheduled();
    } else if (!live_.ready) {
      disrupted();
      containers();
    }
    return std::move(out_);
  }

 private:
  void add(Cause cause, std::string sentence) { out_.push_back({cause, std::move(sentence)}); }

  void disrupted() {
    if (p_.disrupted) add(Cause::kDisrupted, "is disrupted: " + *p_.disrupted);
  }

  void finished() {
    if (live_.phase == decide::PodPhase::kSucceeded) return add(Cause::kFailed, "has finished, though it should run");
    std::string text = "has failed";
    if (p_.trouble == Trouble::kCrash)
      text += ": container " + quoted(view(p_.container)) + " ended with exit code " + std::to_string(p_.exit_code);
    if (p_.ended) text += ": " + *p_.ended;
    add(Cause::kFailed, std::move(text));
  }

  void gates() {
    if (live_.gated) grove_gate();
    if (live_.other_gates) add(Cause::kGate, "scheduling gates of others hold it: " + *live_.other_gates);
  }

  void grove_gate() {
    const std::string_view gang = live_.labels->get(keys::kPodGang), base = live_.labels->get(keys::kBasePodGang),
                           clique = live_.labels->get(keys::kPodClique);
    if (s_.world.has_read(Read::kGangs)) {
      auto it = s_.set.gangs.find(gang);
      if (it == s_.set.gangs.end())
        return add(Cause::kGate, "waits at its gate: PodGang " + quoted(gang) + " does not exist yet");
      if (!is_listed(*it->second, clique))
        return add(Cause::kGate, "waits at its gate: PodGang " + quoted(gang) + " does not list it yet");
      if (!base.empty() && !s_.set.gangs.contains(base))
        return add(Cause::kGate, "waits at its gate: base gang " + quoted(base) + " does not exist");
    }
    if (!base.empty())
      if (std::string lacking = unscheduled_members(s_, base); !lacking.empty())
        return add(Cause::kGate, "waits at its gate for base gang " + quoted(base) + ": " + lacking);
    add(Cause::kGate, "waits at its gate for the operator to open it");
  }

  bool is_listed(const decide::LiveGang& gang, std::string_view clique) const {
    for (const decide::GangMember& m : gang.members)
      if (m.name == clique && std::find(m.pods.begin(), m.pods.end(), live_.name) != m.pods.end()) return true;
    return false;
  }

  void unscheduled() {
    disrupted();
    const std::string_view says = view(p_.scheduler_says);
    // Every pending pod's claims may be unallocated: they are the cause only if the scheduler names them, or is silent.
    if (says.empty() || says.find("claim") != std::string_view::npos) claims();
    if (!out_.empty()) return;
    if (!says.empty())
      add(Cause::kUnschedulable, scheduler_sentence(says));
    else if (!p_.is_tried)
      add(Cause::kScheduler, "no scheduler has looked at it yet; it asks for " +
                                 quoted(p_.scheduler ? *p_.scheduler : "default-scheduler"));
    else
      add(Cause::kUnschedulable, "is not scheduled, and the scheduler does not say why");
  }

  void claims() {
    if (!s_.world.has_read(Read::kClaims)) return;
    for (const std::string& name : p_.claims) {
      auto it = s_.space.claims.find(name);
      if (it == s_.space.claims.end())
        add(Cause::kClaim, "claim " + quoted(name) + " does not exist");
      else if (!it->second.is_allocated)
        add(Cause::kClaim, "claim " + quoted(name) + " is not allocated");
    }
  }

  std::string times() const { return p_.restarts > 0 ? ", " + std::to_string(p_.restarts) + " restarts so far" : ""; }

  void containers() {
    const std::string name = "container " + quoted(view(p_.container));
    switch (p_.trouble) {
      case Trouble::kNone:
        return;
      case Trouble::kImage:
        return add(Cause::kImage, with("image " + quoted(view(p_.image)) + " cannot be pulled", view(p_.says)));
      case Trouble::kContainer:
        return add(Cause::kContainer, with(name + " cannot be started", view(p_.says)));
      case Trouble::kCrash:
        return add(Cause::kCrash, name + " ended with exit code " + std::to_string(p_.exit_code) +
                                      (p_.says ? " (" + *p_.says + ")" : "") + times());
      case Trouble::kInitWaits:
        return waits();
      case Trouble::kInitRuns:
        return add(Cause::kInit, "init " + name + " is still at work");
      case Trouble::kCreating:
        return add(Cause::kNode, with("nothing is started yet on node " + quoted(view(p_.node)), warning()));
      case Trouble::kStarting:
        return add(Cause::kProbe, with(name + " is starting: its startup probe has not passed", warning("Unhealthy")));
      case Trouble::kNotReady:
        return add(Cause::kProbe, with(name + " runs, but is not ready", warning("Unhealthy")));
      case Trouble::kGateUnmet:
        return add(Cause::kProbe, "readiness gate " + quoted(view(p_.says)) + " is not met");
    }
  }

  void waits() {
    std::string text;
    for (const auto& [parent, least] : p_.waits_for) {
      const std::int32_t ready = s_.ready_of(parent);
      if (ready >= least) continue;
      text.append(text.empty() ? "" : ", ")
          .append(quoted(parent) + " has " + std::to_string(ready) + " of " + std::to_string(least) + " ready");
    }
    add(Cause::kStartOrder, text.empty() ? "its init container waits for other PodCliques, which are ready now"
                                         : "its init container waits: " + text);
  }

  /// The latest warning about the pod; with a reason, the latest of that reason.
  std::string warning(std::string_view reason = {}) const {
    auto it = s_.space.warnings.find("Pod/" + live_.name);
    if (it == s_.space.warnings.end()) return {};
    const Warning* last = nullptr;
    for (const Warning& w : it->second)
      if ((reason.empty() || w.reason == reason) && (!last || last->at <= w.at)) last = &w;
    if (!last) return {};
    return reason.empty() ? with(last->reason, last->message) : last->message;
  }

  const Scope& s_;
  const PodFacts& p_;
  const decide::LivePod& live_;
  std::vector<Reason> out_;
};

}  // namespace

std::vector<Reason> pod_reasons(const Scope& scope, const PodFacts& pod) { return PodReasons(scope, pod).list(); }

std::string unscheduled_members(const Scope& scope, std::string_view gang) {
  std::string out;
  auto add = [&](std::string_view clique, std::int32_t least) {
    const std::int32_t scheduled = scope.scheduled_of(clique);
    if (scheduled >= least) return;
    out.append(out.empty() ? "" : ", ")
        .append(quoted(clique) + " has " + std::to_string(scheduled) + " of " + std::to_string(least) + " scheduled");
  };
  if (auto it = scope.set.gangs.find(gang); it != scope.set.gangs.end()) {
    for (const decide::GangMember& m : it->second->members) add(m.name, m.min_replicas);
    return out;
  }
  for (const auto& [name, clique] : scope.set.cliques)
    if (clique->meta.label(keys::kPodGang) == gang) add(name, clique->min_available.value_or(clique->replicas));
  return out;
}

}  // namespace grovec::status
