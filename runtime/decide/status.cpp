#include "runtime/decide/status.h"

#include <algorithm>

namespace grovec::decide {

using ir::MappingBuilder;
using ir::Value;

const Condition* Conditions::find(std::string_view type) const {
  for (const Condition& c : items)
    if (c.type == type) return &c;
  return nullptr;
}

bool Conditions::is(std::string_view type, Truth status) const {
  const Condition* c = find(type);
  return c && c->status == status;
}

void Conditions::set(std::string_view type, Truth status, std::string_view reason, std::string message, Instant now) {
  auto at = std::find_if(items.begin(), items.end(), [&](const Condition& c) { return c.type == type; });
  if (at == items.end()) {
    items.push_back({std::string(type), status, {}, {}, now.whole()});
    at = std::prev(items.end());
  }
  if (at->status != status) at->since = now.whole();
  at->status = status;
  at->reason = reason;
  at->message = std::move(message);
}

void Conditions::remove(std::string_view type) {
  std::erase_if(items, [&](const Condition& c) { return c.type == type; });
}

namespace {

std::string text_at(const Value& node, std::string_view key) { return std::string(node[key].as_string()); }

std::int32_t number_at(const Value& node, std::string_view key) {
  return static_cast<std::int32_t>(node[key].as_int());
}

Instant time_at(const Value& node, std::string_view key) {
  return parse_time(node[key].as_string()).value_or(Instant{});
}

std::optional<Instant> end_at(const Value& node, std::string_view key) { return parse_time(node[key].as_string()); }

std::optional<std::int64_t> generation_at(const Value& node) {
  const Value* v = node.find("observedGeneration");
  return v && v->is_int() ? std::optional(v->as_int()) : std::nullopt;
}

Truth truth_of(std::string_view text) {
  return text == "True" ? Truth::kTrue : text == "False" ? Truth::kFalse : Truth::kUnknown;
}

std::string_view text_of(Truth t) { return t == Truth::kTrue ? "True" : t == Truth::kFalse ? "False" : "Unknown"; }

Conditions conditions_at(const Value& node) {
  Conditions out;
  for (const Value& c : node["conditions"].items())
    out.items.push_back({text_at(c, "type"), truth_of(c["status"].as_string()), text_at(c, "reason"),
                         text_at(c, "message"), time_at(c, "lastTransitionTime"), c["observedGeneration"].as_int()});
  return out;
}

std::vector<LastError> errors_at(const Value& node) {
  std::vector<LastError> out;
  for (const Value& e : node["lastErrors"].items())
    out.push_back({text_at(e, "code"), text_at(e, "description"), time_at(e, "observedAt")});
  return out;
}

Value text(Arena& a, std::string_view s) { return Value::string(a.copy(s)); }
Value number(std::int64_t n) { return Value::integer(n); }
Value time(Arena& a, Instant at) { return text(a, time_text(at)); }

void set_text(MappingBuilder& b, Arena& a, std::string_view key, std::string_view s) {
  if (!s.empty()) b.set(key, text(a, s));
}
void set_time(MappingBuilder& b, Arena& a, std::string_view key, const std::optional<Instant>& at) {
  if (at && at->known()) b.set(key, time(a, *at));
}

Value condition_value(Arena& a, const Condition& c) {
  MappingBuilder b(a);
  b.set("type", text(a, c.type)).set("status", Value::string(text_of(c.status)));
  b.set("reason", text(a, c.reason)).set("message", text(a, c.message)).set("lastTransitionTime", time(a, c.since));
  if (c.observed_generation) b.set("observedGeneration", number(c.observed_generation));
  return b.build();
}

// What all Grove kinds have: observedGeneration, conditions, lastErrors.
void set_common(MappingBuilder& b, Arena& a, const std::optional<std::int64_t>& generation,
                const Conditions& conditions, const std::vector<LastError>& errors) {
  if (generation) b.set("observedGeneration", number(*generation));
  std::vector<Value> items;
  for (const Condition& c : conditions.items) items.push_back(condition_value(a, c));
  if (!items.empty()) b.set("conditions", ir::make_sequence(a, items));
  items.clear();
  for (const LastError& e : errors)
    items.push_back(ir::make_mapping(a, {{"code", {}, text(a, e.code)},
                                         {"description", {}, text(a, e.description)},
                                         {"observedAt", {}, time(a, e.observed_at)}}));
  if (!items.empty()) b.set("lastErrors", ir::make_sequence(a, items));
}

std::optional<CliqueUpdate> clique_update_at(const Value& status) {
  const Value& u = status["updateProgress"];
  if (!u.is_mapping()) return std::nullopt;
  CliqueUpdate out;
  out.started = time_at(u, "updateStartedAt");
  out.ended = end_at(u, "updateEndedAt");
  out.set_hash = text_at(u, "podCliqueSetGenerationHash");
  out.template_hash = text_at(u, "podTemplateHash");
  const Value& pods = u["readyPodsSelectedToUpdate"];
  out.selected = text_at(pods, "current");
  for (const Value& name : pods["completed"].items()) out.completed.emplace_back(name.as_string());
  return out;
}

Value update_value(Arena& a, const CliqueUpdate& u) {
  MappingBuilder b(a);
  set_time(b, a, "updateStartedAt", u.started);
  set_time(b, a, "updateEndedAt", u.ended);
  b.set("podCliqueSetGenerationHash", text(a, u.set_hash)).set("podTemplateHash", text(a, u.template_hash));
  if (!u.selected.empty() || !u.completed.empty()) {
    MappingBuilder pods(a);
    pods.set("current", text(a, u.selected));
    std::vector<Value> names;
    for (const std::string& name : u.completed) names.push_back(text(a, name));
    if (!names.empty()) pods.set("completed", ir::make_sequence(a, names));
    b.set("readyPodsSelectedToUpdate", pods.build());
  }
  return b.build();
}

std::optional<GroupUpdate> group_update_at(const Value& status) {
  const Value& u = status["updateProgress"];
  if (!u.is_mapping()) return std::nullopt;
  GroupUpdate out;
  out.started = time_at(u, "updateStartedAt");
  out.ended = end_at(u, "updateEndedAt");
  out.set_hash = text_at(u, "podCliqueSetGenerationHash");
  out.updated_cliques = number_at(u, "updatedPodCliquesCount");
  out.total_cliques = number_at(u, "totalPodCliquesCount");
  const Value& chosen = u["readyReplicaIndicesSelectedToUpdate"];
  if (const Value* current = chosen.find("current"); current && current->is_int())
    out.selected = static_cast<std::int32_t>(current->as_int());
  for (const Value& j : chosen["completed"].items()) out.completed.push_back(static_cast<std::int32_t>(j.as_int()));
  return out;
}

Value update_value(Arena& a, const GroupUpdate& u) {
  MappingBuilder b(a);
  set_time(b, a, "updateStartedAt", u.started);
  set_time(b, a, "updateEndedAt", u.ended);
  b.set("podCliqueSetGenerationHash", text(a, u.set_hash));
  b.set("updatedPodCliquesCount", number(u.updated_cliques)).set("totalPodCliquesCount", number(u.total_cliques));
  if (u.selected) {
    MappingBuilder chosen(a);
    chosen.set("current", number(*u.selected));
    std::vector<Value> done;
    for (std::int32_t j : u.completed) done.push_back(number(j));
    if (!done.empty()) chosen.set("completed", ir::make_sequence(a, done));
    b.set("readyReplicaIndicesSelectedToUpdate", chosen.build());
  }
  return b.build();
}

std::optional<SetUpdate> set_update_at(const Value& status) {
  const Value& u = status["updateProgress"];
  if (!u.is_mapping()) return std::nullopt;
  SetUpdate out;
  out.started = time_at(u, "updateStartedAt");
  out.ended = end_at(u, "updateEndedAt");
  out.updated_cliques = number_at(u, "updatedPodCliquesCount");
  out.total_cliques = number_at(u, "totalPodCliquesCount");
  out.updated_groups = number_at(u, "updatedPodCliqueScalingGroupsCount");
  out.total_groups = number_at(u, "totalPodCliqueScalingGroupsCount");
  for (const Value& r :
       u["currentlyUpdating"].items().first(std::min<std::size_t>(1, u["currentlyUpdating"].items().size())))
    out.current =
        ReplicaUpdate{number_at(r, "replicaIndex"), time_at(r, "updateStartedAt"), end_at(r, "updateEndedAt")};
  return out;
}

Value update_value(Arena& a, const SetUpdate& u) {
  MappingBuilder b(a);
  set_time(b, a, "updateStartedAt", u.started);
  set_time(b, a, "updateEndedAt", u.ended);
  b.set("updatedPodCliquesCount", number(u.updated_cliques)).set("totalPodCliquesCount", number(u.total_cliques));
  b.set("updatedPodCliqueScalingGroupsCount", number(u.updated_groups));
  b.set("totalPodCliqueScalingGroupsCount", number(u.total_groups));
  if (u.current) {
    MappingBuilder r(a);
    r.set("replicaIndex", number(u.current->index));
    set_time(r, a, "updateStartedAt", u.current->started);
    set_time(r, a, "updateEndedAt", u.current->ended);
    const Value one[] = {r.build()};
    b.set("currentlyUpdating", ir::make_sequence(a, one));
  }
  return b.build();
}

}  // namespace

void read_status(const Value& s, CliqueStatus& out) {
  out.observed_generation = generation_at(s);
  out.replicas = number_at(s, "replicas");
  out.ready = number_at(s, "readyReplicas");
  out.updated = number_at(s, "updatedReplicas");
  out.gated = number_at(s, "scheduleGatedReplicas");
  out.scheduled = number_at(s, "scheduledReplicas");
  out.selector = text_at(s, "hpaPodSelector");
  out.current_template_hash = text_at(s, "currentPodTemplateHash");
  out.current_set_hash = text_at(s, "currentPodCliqueSetGenerationHash");
  out.conditions = conditions_at(s);
  out.update = clique_update_at(s);
  out.last_errors = errors_at(s);
}

void read_status(const Value& s, GroupStatus& out) {
  out.observed_generation = generation_at(s);
  out.replicas = number_at(s, "replicas");
  out.scheduled = number_at(s, "scheduledReplicas");
  out.available = number_at(s, "availableReplicas");
  out.updated = number_at(s, "updatedReplicas");
  out.selector = text_at(s, "selector");
  out.current_set_hash = text_at(s, "currentPodCliqueSetGenerationHash");
  out.conditions = conditions_at(s);
  out.update = group_update_at(s);
  out.last_errors = errors_at(s);
}

void read_status(const Value& s, SetStatus& out) {
  out.observed_generation = generation_at(s);
  out.replicas = number_at(s, "replicas");
  out.updated = number_at(s, "updatedReplicas");
  out.available = number_at(s, "availableReplicas");
  out.selector = text_at(s, "hpaPodSelector");
  out.current_hash = text_at(s, "currentGenerationHash");
  out.conditions = conditions_at(s);
  out.update = set_update_at(s);
  out.last_errors = errors_at(s);
}

void read_status(const Value& s, GangStatus& out) {
  out.phase = text_at(s, "phase");
  out.conditions = conditions_at(s);
}

// Go leaves out an optional number that is 0; required ones are always there.
Value to_value(const CliqueStatus& s, Arena& a) {
  MappingBuilder b(a);
  set_common(b, a, s.observed_generation, s.conditions, s.last_errors);
  if (s.replicas) b.set("replicas", number(s.replicas));
  b.set("readyReplicas", number(s.ready)).set("updatedReplicas", number(s.updated));
  b.set("scheduleGatedReplicas", number(s.gated)).set("scheduledReplicas", number(s.scheduled));
  set_text(b, a, "hpaPodSelector", s.selector);
  set_text(b, a, "currentPodTemplateHash", s.current_template_hash);
  set_text(b, a, "currentPodCliqueSetGenerationHash", s.current_set_hash);
  if (s.update) b.set("updateProgress", update_value(a, *s.update));
  return b.build();
}

Value to_value(const GroupStatus& s, Arena& a) {
  MappingBuilder b(a);
  set_common(b, a, s.observed_generation, s.conditions, s.last_errors);
  if (s.replicas) b.set("replicas", number(s.replicas));
  b.set("scheduledReplicas", number(s.scheduled)).set("availableReplicas", number(s.available));
  b.set("updatedReplicas", number(s.updated));
  set_text(b, a, "selector", s.selector);
  set_text(b, a, "currentPodCliqueSetGenerationHash", s.current_set_hash);
  if (s.update) b.set("updateProgress", update_value(a, *s.update));
  return b.build();
}

Value to_value(const SetStatus& s, Arena& a) {
  MappingBuilder b(a);
  set_common(b, a, s.observed_generation, s.conditions, s.last_errors);
  if (s.replicas) b.set("replicas", number(s.replicas));
  b.set("updatedReplicas", number(s.updated)).set("availableReplicas", number(s.available));
  set_text(b, a, "hpaPodSelector", s.selector);
  set_text(b, a, "currentGenerationHash", s.current_hash);
  if (s.update) b.set("updateProgress", update_value(a, *s.update));
  return b.build();
}

Value to_value(const GangStatus& s, Arena& a) {
  MappingBuilder b(a);
  set_text(b, a, "phase", s.phase);
  std::vector<Value> items;
  for (const Condition& c : s.conditions.items) items.push_back(condition_value(a, c));
  if (!items.empty()) b.set("conditions", ir::make_sequence(a, items));
  return b.build();
}

}  // namespace grovec::decide
