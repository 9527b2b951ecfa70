// Pods: what their status says about why they do not run.
#include "runtime/status/pod_facts.h"

#include <algorithm>
#include <charconv>

#include "ir/labels.h"

namespace grovec::status {

using decide::Interner;
using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::string_view kImageReasons[] = {
    "ErrImagePull",        "ImagePullBackOff",  "InvalidImageName",         "ErrImageNeverPull",
    "RegistryUnavailable", "ImageInspectError", "SignatureValidationFailed"};
constexpr std::string_view kContainerReasons[] = {
    "CreateContainerConfigError", "CreateContainerError", "RunContainerError",     "PreCreateHookError",
    "PreStartHookError",          "PostStartHookError",   "ContainerStatusUnknown"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

std::string joined(std::string_view reason, std::string_view message) {
  std::string out(reason);
  if (!message.empty()) out.append(out.empty() ? "" : ": ").append(message);
  return one_line(out);
}

const Value* condition_of(const Value& status, std::string_view type) {
  for (const Value& c : status["conditions"].items())
    if (c["type"].as_string() == type) return &c;
  return nullptr;
}

/// Reads the containers in the order in which they start and keeps the first trouble.
class ContainerReader {
 public:
  ContainerReader(const Value& tree, Interner& interner, PodFacts& out)
      : spec_(tree["spec"]), status_(tree["status"]), interner_(interner), out_(out) {}

  void read() {
    for (const Value& c : status_["initContainerStatuses"].items()) init(c);
    for (const Value& c : status_["containerStatuses"].items()) main(c);
    if (out_.trouble == Trouble::kNone && !out_.live->ready) readiness_gates();
    if (out_.trouble == Trouble::kNone && !out_.live->ready && !out_.live->is_finished() && out_.node)
      out_.trouble = Trouble::kCreating;
  }

 private:
  void set(Trouble trouble, const Value& c, const std::string& says) {
    if (out_.trouble != Trouble::kNone) return;
    out_.trouble = trouble;
    out_.container = interner_.text(c["name"].as_string());
    out_.image = interner_.text(c["image"].as_string());
    out_.says = interner_.text(says);
  }

  // Waiting or ended badly; true if that is what is to be said about it.
  bool is_stuck(const Value& c) {
    const Value& waiting = c["state"]["waiting"];
    const std::string_view reason = waiting["reason"].as_string();
    if (is_one_of(reason, kImageReasons)) {
      set(Trouble::kImage, c, joined(reason, waiting["message"].as_string()));
      return true;
    }
    if (is_one_of(reason, kContainerReasons)) {
      set(Trouble::kContainer, c, joined(reason, waiting["message"].as_string()));
      return true;
    }
    const Value& now = c["state"]["terminated"];
    const Value& ended = now.is_mapping() ? now : c["lastState"]["terminated"];
    const bool is_down = now.is_mapping() || waiting.is_mapping();
    if (!ended.is_mapping() || !is_down || ended["exitCode"].as_int() == 0) {
      if (reason != "CrashLoopBackOff") return false;
    }
    if (out_.trouble == Trouble::kNone) out_.exit_code = static_cast<std::int32_t>(ended["exitCode"].as_int());
    const std::string_view why = ended["reason"].as_string();
    set(Trouble::kCrash, c, joined(why == "Error" ? std::string_view() : why, ended["message"].as_string()));
    return true;
  }

  void init(const Value& c) {
    out_.restarts += static_cast<std::int32_t>(c["restartCount"].as_int());
    if (out_.live->ready || c["state"]["terminated"]["exitCode"].as_int(1) == 0 || is_stuck(c)) return;
    if (c["started"].as_bool() && c["ready"].as_bool()) return;  // a sidecar that runs
    if (!c["state"]["running"].is_mapping()) return;
    if (c["name"].as_string() == keys::kInitContainer) {
      set(Trouble::kInitWaits, c, {});
      read_waits();
    } else {
      set(Trouble::kInitRuns, c, {});
    }
  }

  void main(const Value& c) {
    out_.restarts += static_cast<std::int32_t>(c["restartCount"].as_int());
    if (out_.live->ready || c["ready"].as_bool() || is_stuck(c) || !c["state"]["running"].is_mapping()) return;
    const Value* started = c.find("started");
    const bool is_starting = started && started->is_bool() && !started->as_bool();
    set(is_starting ? Trouble::kStarting : Trouble::kNotReady, c, {});
  }

  // The arguments of Grove's init container: --podcliques=NAME:COUNT.
  void read_waits() {
    constexpr std::string_view kFlag = "--podcliques=";
    for (const Value& c : spec_["initContainers"].items()) {
      if (c["name"].as_string() != keys::kInitContainer) continue;
      for (const Value& arg : c["args"].items()) {
        std::string_view text = arg.as_string();
        const std::size_t colon = text.rfind(':');
        if (!text.starts_with(kFlag) || colon == std::string_view::npos) continue;
        std::int32_t least = 0;
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), least);
        out_.waits_for.emplace_back(text.substr(kFlag.size(), colon - kFlag.size()), least);
      }
    }
  }

  void readiness_gates() {
    const Value* containers = condition_of(status_, "ContainersReady");
    if (!containers || (*containers)["status"].as_string() != "True") return;
    for (const Value& gate : spec_["readinessGates"].items()) {
      const Value* c = condition_of(status_, gate["conditionType"].as_string());
      if (c && (*c)["status"].as_string() == "True") continue;
      out_.trouble = Trouble::kGateUnmet;
      out_.says = interner_.text(gate["conditionType"].as_string());
      return;
    }
  }

  const Value &spec_, &status_;
  Interner& interner_;
  PodFacts& out_;
};

void read_claims(const Value& tree, PodFacts& out) {
  for (const Value& c : tree["spec"]["resourceClaims"].items()) {
    std::string_view name = c["resourceClaimName"].as_string();
    for (const Value& made : tree["status"]["resourceClaimStatuses"].items())
      if (name.empty() && made["name"].as_string() == c["name"].as_string())
        name = made["resourceClaimName"].as_string();
    if (!name.empty()) out.claims.emplace_back(name);
  }
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, kLongestSentence + 1)) {
    const bool is_blank = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ' ';
    if (is_blank && (out.empty() || out.back() == ' ')) continue;
    out += is_blank ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (text.size() <= kLongestSentence) return out;
  out.resize(std::min(out.size(), kLongestSentence - 3));
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
  return out + "…";
}

PodFacts read_pod_facts(const Value& tree, Interner& interner) {
  PodFacts out;
  out.live = decide::read_pod(tree, interner);
  const Value &spec = tree["spec"], &status = tree["status"];
  out.node = interner.text(spec["nodeName"].as_string());
  out.scheduler = interner.text(spec["schedulerName"].as_string());
  if (const Value* c = condition_of(status, "PodScheduled")) {
    out.is_tried = true;
    if ((*c)["status"].as_string() == "False" && !out.live->waits_at_gate)
      out.scheduler_says = interner.text(one_line((*c)["message"].as_string()));
  }
  if (out.live->phase == decide::PodPhase::kFailed)
    out.ended = interner.text(joined(status["reason"].as_string(), status["message"].as_string()));
  if (const Value* c = condition_of(status, "DisruptionTarget"); c && (*c)["status"].as_string() == "True")
    out.disrupted = interner.text(joined((*c)["reason"].as_string(), (*c)["message"].as_string()));
  std::string finalizers;
  for (const Value& f : tree["metadata"]["finalizers"].items())
    finalizers.append(finalizers.empty() ? "" : ", ").append(f.as_string());
  out.finalizers = interner.text(finalizers);
  read_claims(tree, out);
  ContainerReader(tree, interner, out).read();
  return out;
}

}  // namespace grovec::status
