#include "runtime/simulate/kubelet.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "ir/labels.h"
#include "runtime/simulate/patch.h"

namespace grovec::simulate {

using namespace ir;

namespace {

Value text(Arena& arena, const std::string& s) { return Value::string(arena.copy(std::string_view(s))); }

const Value* find_named(const Value& list, std::string_view key, std::string_view name) {
  for (const Value& item : list.items())
    if (item[key].as_string() == name) return &item;
  return nullptr;
}

std::size_t finished_init(const Value& status) {
  std::size_t n = 0;
  for (const Value& c : status["initContainerStatuses"].items()) n += c["state"].find("terminated") != nullptr;
  return n;
}

std::int64_t restarts(const Value& status) {
  std::int64_t most = 0;
  for (const Value& c : status["containerStatuses"].items()) most = std::max(most, c["restartCount"].as_int());
  return most;
}

// Ready pods of a PodClique in a gang, by label and controller.
std::int64_t ready_pods(const Store& store, std::string_view namespace_, std::string_view gang,
                        std::string_view clique) {
  std::int64_t n = 0;
  for (const ObjectPtr& pod : store.all(Kind::kPod)) {
    const auto* live = pod->as<decide::LivePod>();
    if (!live || !live->ready || pod->key.namespace_ != namespace_) continue;
    const OwnerReference* owner = pod->controller();
    n += pod->label(keys::kPodClique) == clique && pod->label(keys::kPodGang) == gang && owner &&
         owner->kind == "PodClique" && owner->name == clique;
  }
  return n;
}

bool may_go_on(const Store& store, const Object& pod, const Value& init_container) {
  constexpr std::string_view kFlag = "--podcliques=";
  for (const Value& arg : init_container["args"].items()) {
    const std::string_view a = arg.as_string();
    const std::size_t colon = a.rfind(':');
    if (!a.starts_with(kFlag) || colon == std::string_view::npos) continue;
    std::int64_t need = 0;
    std::from_chars(a.data() + colon + 1, a.data() + a.size(), need);
    const std::string_view clique = a.substr(kFlag.size(), colon - kFlag.size());
    if (ready_pods(store, pod.key.namespace_, pod.label(keys::kPodGang), clique) < need) return false;
  }
  return true;
}

Value running(Arena& arena, Instant now) {
  const Value started = make_mapping(arena, {{"startedAt", kNowhere, text(arena, decide::time_text(now))}});
  return make_mapping(arena, {{"running", kNowhere, started}});
}

Value terminated(Arena& arena, Instant now, std::int64_t code) {
  const Value at = text(arena, decide::time_text(now));
  const Value how = make_mapping(arena, {{"exitCode", kNowhere, Value::integer(code)},
                                         {"finishedAt", kNowhere, at},
                                         {"reason", kNowhere, Value::string(code == 0 ? "Completed" : "Error")},
                                         {"startedAt", kNowhere, at}});
  return make_mapping(arena, {{"terminated", kNowhere, how}});
}

struct ContainerState {
  bool ready = false, started = false;
  std::int64_t restarts = 0;
  Value state, last = Value::null();
};

Value container_status(Arena& arena, const Value& container, const ContainerState& s) {
  MappingBuilder out(arena);
  out.set("image", container["image"]).set("name", container["name"]);
  out.set("ready", Value::boolean(s.ready)).set("started", Value::boolean(s.started));
  out.set("restartCount", Value::integer(s.restarts)).set("state", s.state);
  out.set("lastState", s.last.is_null() ? Value::mapping({}) : s.last);
  return out.build();
}

Value container_statuses(Arena& arena, const Value& containers, const ContainerState& s) {
  std::vector<Value> out;
  for (const Value& c : containers.items()) out.push_back(container_status(arena, c, s));
  return make_sequence(arena, out);
}

Value with_readiness(Arena& arena, Value status, bool initialized, bool ready, Instant now) {
  const std::string_view unready = ready ? "" : "ContainersNotReady";
  status = with_condition(arena, status,
                          {"Initialized", initialized, initialized ? "" : "ContainersNotInitialized", ""}, now);
  status = with_condition(arena, status, {"ContainersReady", ready, unready, ""}, now);
  return with_condition(arena, status, {"Ready", ready, unready, ""}, now);
}

// Ends the init container that runs and begins the next.
Value with_next_init(Arena& arena, const Object& pod, Instant now) {
  const std::span<const Value> containers = pod.spec()["initContainers"].items();
  const bool first = pod.status["initContainerStatuses"].size() == 0;
  const std::size_t done = finished_init(pod.status.root()) + (first ? 0 : 1);
  std::vector<Value> statuses;
  for (std::size_t i = 0; i < std::min(done + 1, containers.size()); ++i) {
    const bool is_over = i < done;
    const ContainerState s{is_over, !is_over, 0, is_over ? terminated(arena, now, 0) : running(arena, now)};
    statuses.push_back(container_status(arena, containers[i], s));
  }
  MappingBuilder out(arena, pod.status.root());
  out.set("initContainerStatuses", make_sequence(arena, statuses));
  if (first) {
    const Value waiting = make_mapping(arena, {{"reason", kNowhere, Value::string("PodInitializing")}});
    const ContainerState s{false, false, 0, make_mapping(arena, {{"waiting", kNowhere, waiting}})};
    out.set("containerStatuses", container_statuses(arena, pod.spec()["containers"], s));
  }
  const Value status = out.build();
  return done < containers.size() ? with_readiness(arena, status, false, false, now) : status;
}

Value with_running(Arena& arena, const Object& pod, Value status, const ContainerState& s, Instant now) {
  MappingBuilder out(arena, status);
  out.set("containerStatuses", container_statuses(arena, pod.spec()["containers"], s));
  out.set("phase", Value::string("Running"));
  return with_readiness(arena, out.build(), true, s.ready, now);
}

const Value& state_of_main(const Object& pod, std::string_view key) {
  static const Value kNull;
  const std::span<const Value> all = pod.status["containerStatuses"].items();
  return all.empty() ? kNull : all[0][key];
}

Value after_step(Arena& arena, const Object& pod, PodStep step, const Behaviour& behaviour, Instant now) {
  const std::size_t init = pod.spec()["initContainers"].size();
  ContainerState s{false, true, restarts(pod.status.root()), running(arena, now)};
  switch (step) {
    case PodStep::kStart: {
      Value status = pod.status.root();
      if (init > 0) {
        status = with_next_init(arena, pod, now);
        if (finished_init(status) < init) return status;
      }
      s.ready = behaviour.ready_after == 0 && behaviour.crashes == 0;
      return with_running(arena, pod, status, s, now);
    }
    case PodStep::kReady:
      s.ready = true;
      s.state = state_of_main(pod, "state");
      s.last = state_of_main(pod, "lastState");
      return with_running(arena, pod, pod.status.root(), s, now);
    case PodStep::kCrash:
      ++s.restarts;
      s.last = terminated(arena, now, 1);
      return with_running(arena, pod, pod.status.root(), s, now);
    default:
      return pod.status.root();
  }
}

}  // namespace

const Value* find_condition(const Value& status, std::string_view type) {
  return find_named(status["conditions"], "type", type);
}

Value with_condition(Arena& arena, const Value& status, const ConditionText& c, Instant now) {
  const std::string_view truth = c.is_true ? "True" : "False";
  const Value* before = find_condition(status, c.type);
  MappingBuilder out(arena);
  const bool same = before && (*before)["status"].as_string() == truth && before->find("lastTransitionTime");
  out.set("lastTransitionTime", same ? (*before)["lastTransitionTime"] : text(arena, decide::time_text(now)));
  if (!c.message.empty()) out.set("message", Value::string(c.message));
  if (!c.reason.empty()) out.set("reason", Value::string(c.reason));
  out.set("status", Value::string(truth)).set("type", Value::string(c.type));
  const Value condition = out.build();
  std::vector<Value> all;
  for (const Value& v : status["conditions"].items()) all.push_back(&v == before ? condition : v);
  if (!before) all.push_back(condition);
  return MappingBuilder(arena, status).set("conditions", make_sequence(arena, all)).build();
}

PodStep next_step(const Store& store, const Object& pod, const Behaviour& behaviour) {
  const auto* live = pod.as<decide::LivePod>();
  if (!live || !live->has_node || live->is_marked() || live->is_finished() || live->ready) return PodStep::kNone;
  const Value& status = pod.status.root();
  if (live->phase == decide::PodPhase::kRunning)
    return restarts(status) < behaviour.crashes ? PodStep::kCrash : PodStep::kReady;
  const std::span<const Value> init = pod.spec()["initContainers"].items();
  const std::size_t done = finished_init(status);
  const bool runs = status["initContainerStatuses"].size() > done;
  if (runs && done < init.size() && init[done]["name"].as_string() == keys::kInitContainer &&
      !may_go_on(store, pod, init[done]))
    return PodStep::kWait;
  return PodStep::kStart;
}

void take_step(Store& store, const ObjectPtr& pod, PodStep step, const Behaviour& behaviour, Instant now) {
  Arena arena;
  Object after = *pod;
  after.status = Part(after_step(arena, *pod, step, behaviour, now));
  store.write(pod, std::move(after));
}

}  // namespace grovec::simulate
