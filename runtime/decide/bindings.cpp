#include "runtime/decide/bindings.h"

#include <algorithm>

#include "backends/schedulers/scheduler.h"
#include "runtime/decide/draft.h"
#include "runtime/decide/patch.h"
#include "runtime/decide/status.h"

namespace grovec::decide {

using ir::Value;

namespace {

constexpr std::string_view kKai = "kai-scheduler";  // the one scheduler that knows topologies
constexpr std::string_view kDrift = "SchedulerTopologyDrift";

ir::TopologyBinding binding_of(const LiveObject& live) {
  ir::TopologyBinding out;
  out.name = live.meta.name;
  for (const Value& level : live.tree["spec"]["levels"].items())
    out.levels.push_back({std::string(level["domain"].as_string()), std::string(level["key"].as_string())});
  for (const Value& b : live.tree["spec"]["schedulerTopologyBindings"].items())
    out.scheduler_bindings.push_back(
        {std::string(b["schedulerName"].as_string()), std::string(b["topologyReference"].as_string())});
  return out;
}

bool has_levels(const LiveObject& topology, const ir::TopologyBinding& binding) {
  const Value& levels = topology.tree["spec"]["levels"];
  if (levels.size() != binding.levels.size()) return false;
  for (std::size_t n = 0; n < levels.size(); ++n)
    if (levels.items()[n]["nodeLabel"].as_string() != binding.levels[n].key) return false;
  return true;
}

// With texts that live as long as the arena.
Value kept(Arena& a, const Value& v) {
  if (v.is_string()) return Value::string(a.copy(v.as_string()));
  if (v.is_sequence()) {
    std::vector<Value> items;
    for (const Value& item : v.items()) items.push_back(kept(a, item));
    return ir::make_sequence(a, items);
  }
  if (!v.is_mapping()) return v;
  ir::MappingBuilder out(a);
  for (const ir::Member& m : v.members()) out.set(a.copy(m.key), kept(a, m.value));
  return out.build();
}

// One entry of schedulerTopologyStatuses.
struct Entry {
  std::string scheduler, reference, message;
  bool in_sync = true, is_known = true;
  std::int64_t generation = 0;  // of the scheduler's object; 0 = none
};

class Binder {
 public:
  Binder(const ObservedBinding& observed, const ir::OperatorConfig& config, Instant now)
      : observed_(observed), live_(*observed.binding), binding_(binding_of(live_)), config_(config), now_(now) {
    decision_.memory = std::make_shared<Arena>();
  }

  Decision decide() {
    const ir::TopologyBinding::SchedulerBinding* named = nullptr;
    for (const auto& b : binding_.scheduler_bindings) {
      if (b.scheduler_name == kKai && config_.is_enabled(kKai))
        named = &b;
      else
        entries_.push_back({b.scheduler_name, b.topology_reference,
                            "scheduler " + b.scheduler_name + " is not enabled or knows no topologies", false, false});
    }
    if (named)
      compare(*named);
    else if (config_.is_enabled(kKai))
      keep();
    report();
    return std::move(decision_);
  }

 private:
  const LiveObject* find(std::string_view name) const {
    for (const LiveObject* topology : observed_.topologies)
      if (topology->meta.name == name) return topology;
    return nullptr;
  }

  void compare(const ir::TopologyBinding::SchedulerBinding& named) {
    Entry entry{std::string(kKai), named.topology_reference, {}};
    if (const LiveObject* topology = find(named.topology_reference)) {
      entry.generation = topology->meta.generation;
      entry.in_sync = has_levels(*topology, binding_);
      if (!entry.in_sync) entry.message = "its levels differ from those of the binding";
    } else {
      entry.in_sync = entry.is_known = false;
      entry.message = "there is no Topology " + named.topology_reference;
    }
    entries_.push_back(std::move(entry));
  }

  bool is_ours(const LiveObject& topology) const {
    const OwnerReference* owner = topology.meta.controller();
    return owner && owner->uid == live_.meta.uid;
  }

  // Of the binding's name, and ours.
  void keep() {
    Entry entry{std::string(kKai), binding_.name, {}};
    const LiveObject* topology = find(binding_.name);
    if (topology && !topology->meta.deleted && is_ours(*topology) && !has_levels(*topology, binding_)) {
      Action a = action(Verb::kDelete, {Kind::kKaiTopology, binding_.name}, {Reason::kSpecChanged, {}, {}},
                        topology->meta.uid);
      if (may(a)) decision_.steps.push_back({std::move(a)});
    } else if (!topology) {
      Action a = action(Verb::kCreate, {Kind::kKaiTopology, binding_.name}, {Reason::kMissing, {}, {}});
      a.owner = ObjectKey{Kind::kClusterTopologyBinding, binding_.name};
      Arena& arena = *decision_.memory;
      a.change =
          kept(arena, backends::scheduler_named(kKai).describe_topology(arena, binding_, {.owner_references = true}));
      if (may(a)) decision_.steps.push_back({std::move(a)});
    }
    if (topology) entry.generation = topology->meta.generation;
    entry.in_sync = topology && !topology->meta.deleted && has_levels(*topology, binding_);
    if (topology && !is_ours(*topology) && !entry.in_sync)
      entry.message = "Topology " + binding_.name + " belongs to somebody else, and its levels differ";
    else if (!entry.in_sync)
      entry.message = "the Topology is being made";
    entries_.push_back(std::move(entry));
  }

  bool may(const Action& a) {
    for (const FailedWrite& f : observed_.failed) {
      if (f.verb != a.verb || f.key != a.key) continue;
      const Instant again = f.at.plus(back_off_seconds(f.count) * kSecond);
      if (now_ >= again) return true;
      decision_.next_look = decision_.next_look ? std::min(*decision_.next_look, again) : again;
      return false;
    }
    return true;
  }

  void set_condition(Conditions& conditions) const {
    if (entries_.empty()) return conditions.remove(kDrift);
    const auto bad = [](const Entry& e) { return !e.in_sync; };
    const auto unknown = [](const Entry& e) { return !e.is_known; };
    if (std::any_of(entries_.begin(), entries_.end(), unknown))
      conditions.set(kDrift, Truth::kUnknown, "TopologyNotFound", first_message(), now_);
    else if (std::any_of(entries_.begin(), entries_.end(), bad))
      conditions.set(kDrift, Truth::kTrue, "Drift", first_message(), now_);
    else
      conditions.set(kDrift, Truth::kFalse, "InSync", "All scheduler topologies are in sync", now_);
    for (Condition& c : conditions.items)
      if (c.type == kDrift) c.observed_generation = live_.meta.generation;
  }
  std::string first_message() const {
    for (const Entry& e : entries_)
      if (!e.message.empty()) return e.scheduler + ": " + e.message;
    return {};
  }

  Value text(std::string_view t) { return Value::string(decision_.memory->copy(t)); }

  Value entries() {
    Arena& a = *decision_.memory;
    std::vector<Value> out;
    for (const Entry& e : entries_) {
      ir::MappingBuilder b(a);
      b.set("inSync", Value::boolean(e.in_sync));
      if (!e.message.empty()) b.set("message", text(e.message));
      if (e.generation > 0) b.set("schedulerBackendTopologyObservedGeneration", Value::integer(e.generation));
      b.set("schedulerName", text(e.scheduler)).set("topologyReference", text(e.reference));
      out.push_back(b.build());
    }
    return ir::make_sequence(a, out);
  }

  void report() {
    Arena& a = *decision_.memory;
    const Value& status = live_.tree["status"];
    GangStatus typed;  // has conditions, as this has
    read_status(status, typed);
    const Conditions before = typed.conditions;
    set_condition(typed.conditions);
    ir::MappingBuilder wanted(a, status);
    wanted.remove("conditions").remove("schedulerTopologyStatuses");
    if (const Value now = to_value(typed, a)["conditions"]; now.size() > 0) wanted.set("conditions", now);
    if (!entries_.empty()) wanted.set("schedulerTopologyStatuses", entries());
    wanted.set("observedGeneration", Value::integer(live_.meta.generation));
    const Value change = change_patch(a, status, wanted.build());
    if (change.is_null()) return;
    Action write = action(Verb::kPatchStatus, {Kind::kClusterTopologyBinding, binding_.name}, {Reason::kStatus, {}, {}},
                          live_.meta.uid);
    write.change = nest(a, {"status"}, change);
    if (!may(write)) return;
    tell(before, typed.conditions, write.key);
    decision_.steps.push_back({std::move(write)});
  }

  void tell(const Conditions& before, const Conditions& after, const ObjectKey& on) {
    const Condition *was = before.find(kDrift), *is = after.find(kDrift);
    if (!is || (was && was->status == is->status)) return;
    if (is->status == Truth::kTrue)
      decision_.events.push_back({on, true, "TopologyDriftDetected", is->message});
    else if (is->status == Truth::kFalse && was)
      decision_.events.push_back({on, false, "TopologyInSync", is->message});
  }

  const ObservedBinding& observed_;
  const LiveObject& live_;
  ir::TopologyBinding binding_;
  const ir::OperatorConfig& config_;
  Instant now_;
  std::vector<Entry> entries_;
  Decision decision_;
};

}  // namespace

Decision decide_binding(const ObservedBinding& observed, const ir::OperatorConfig& config, Instant now) {
  if (!observed.binding || observed.binding->meta.deleted) return {};
  return Binder(observed, config, now).decide();
}

}  // namespace grovec::decide
