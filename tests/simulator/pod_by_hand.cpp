#include "tests/simulator/pod_by_hand.h"

#include <regex>
#include <vector>

#include "runtime/simulate/kubelet.h"

namespace grovec::simulator {

using namespace ir;
using simulate::Instant;

namespace {

// What a text says; absent = as it was.
struct Said {
  std::optional<bool> ready, container_ready, started;
  std::optional<std::int64_t> exit_code;
  std::string phase, reason;
  bool any() const { return ready || container_ready || started || exit_code || !phase.empty(); }
};

std::optional<bool> flag(const std::string& text, const char* pattern) {
  std::smatch m;
  if (!std::regex_search(text, m, std::regex(pattern))) return std::nullopt;
  return m[1] == "True";
}

Said listen(const std::string& text) {
  Said out;
  std::smatch m;
  out.ready = flag(text, "Ready=(True|False)");
  out.container_ready = flag(text, "container ready=(True|False)");
  out.started = flag(text, "started=(True|False)");
  if (std::regex_search(text, m, std::regex("last termination exit code (\\d+)"))) out.exit_code = std::stoll(m[1]);
  if (std::regex_search(text, m, std::regex("phase (\\w+)"))) out.phase = m[1];
  if (std::regex_search(text, m, std::regex("reason (\\w+)"))) out.reason = m[1];
  if (!out.phase.empty()) out.ready = out.container_ready = out.started = false;
  return out;
}

Value ended(Arena& arena, std::int64_t code, Instant now) {
  const Value at = Value::string(arena.copy(std::string_view(decide::time_text(now))));
  const Value how = make_mapping(arena, {{"exitCode", kNowhere, Value::integer(code)},
                                         {"finishedAt", kNowhere, at},
                                         {"reason", kNowhere, Value::string(code == 0 ? "Completed" : "Error")},
                                         {"startedAt", kNowhere, at}});
  return make_mapping(arena, {{"terminated", kNowhere, how}});
}

Value container(Arena& arena, const Value& before, const Said& said, Instant now) {
  MappingBuilder out(arena, before);
  if (said.container_ready) out.set("ready", Value::boolean(*said.container_ready));
  if (said.started) out.set("started", Value::boolean(*said.started));
  if (said.exit_code) out.set("lastState", ended(arena, *said.exit_code, now));
  if (said.phase == "Failed") out.set("state", ended(arena, 137, now));
  if (said.phase == "Succeeded") out.set("state", ended(arena, 0, now));
  return out.build();
}

}  // namespace

std::optional<Value> status_by_hand(Arena& arena, const simulate::Object& pod, const std::string& text, Instant now) {
  const Said said = listen(text);
  if (!said.any()) return std::nullopt;
  Value status = pod.status.root();
  if (said.ready) {
    const std::string_view reason = said.phase == "Failed"      ? "PodFailed"
                                    : said.phase == "Succeeded" ? "PodCompleted"
                                                                : "";
    status = simulate::with_condition(arena, status, {"ContainersReady", *said.ready, reason, ""}, now);
    status = simulate::with_condition(arena, status, {"Ready", *said.ready, reason, ""}, now);
  }
  MappingBuilder out(arena, status);
  std::vector<Value> containers;
  for (const Value& c : status["containerStatuses"].items()) containers.push_back(container(arena, c, said, now));
  if (containers.empty())
    for (const Value& c : pod.spec()["containers"].items())
      containers.push_back(container(
          arena, make_mapping(arena, {{"image", kNowhere, c["image"]}, {"name", kNowhere, c["name"]}}), said, now));
  out.set("containerStatuses", make_sequence(arena, containers));
  if (!said.phase.empty()) out.set("phase", Value::string(arena.copy(std::string_view(said.phase))));
  if (said.ready == true) out.set("phase", Value::string("Running"));
  if (!said.reason.empty()) out.set("reason", Value::string(arena.copy(std::string_view(said.reason))));
  return out.build();
}

}  // namespace grovec::simulator
