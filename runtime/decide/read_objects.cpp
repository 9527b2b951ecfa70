// Live objects from the trees that the API server sends.
#include <algorithm>

#include "ir/labels.h"
#include "ir/names.h"
#include "runtime/decide/observed.h"
#include "runtime/decide/pod_fields.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

std::string text_at(const Value& node, std::string_view key) { return std::string(node[key].as_string()); }

std::int32_t number_at(const Value& node, std::string_view key) {
  return static_cast<std::int32_t>(node[key].as_int());
}

std::int32_t replicas_at(const Value& node) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(node["replicas"].as_int(), 0, kMostReplicas));
}

std::optional<std::int32_t> optional_at(const Value& node, std::string_view key) {
  const Value* v = node.find(key);
  return v && v->is_int() ? std::optional(static_cast<std::int32_t>(v->as_int())) : std::nullopt;
}

std::vector<std::string> texts_at(const Value& node, std::string_view key) {
  std::vector<std::string> out;
  for (const Value& v : node[key].items()) out.emplace_back(v.as_string());
  return out;
}

OwnerReference read_owner(const Value& o) {
  return {text_at(o, "apiVersion"), text_at(o, "kind"),        text_at(o, "name"),
          text_at(o, "uid"),        o["controller"].as_bool(), o["blockOwnerDeletion"].as_bool()};
}

LiveMeta read_meta(const Value& tree) {
  const Value& m = tree["metadata"];
  LiveMeta out;
  out.name = text_at(m, "name");
  out.uid = text_at(m, "uid");
  out.resource_version = version_of(m["resourceVersion"].as_string());
  out.generation = m["generation"].as_int();
  out.created = parse_time(m["creationTimestamp"].as_string()).value_or(Instant{});
  out.deleted = parse_time(m["deletionTimestamp"].as_string());
  out.labels = m["labels"];
  out.annotations = m["annotations"];
  out.finalizers = texts_at(m, "finalizers");
  for (const Value& o : m["ownerReferences"].items()) out.owners.push_back(read_owner(o));
  return out;
}

// The latest write to the status, by whomever: metadata.managedFields keeps whole seconds.
Instant status_written(const Value& tree) {
  Instant last;
  for (const Value& f : tree["metadata"]["managedFields"].items())
    if (f["subresource"].as_string() == "status")
      last = std::max(last, parse_time(f["time"].as_string()).value_or(Instant{}));
  return last;
}

void read_owner_of(const Value& tree, Interner& interner, LivePod& pod) {
  for (const Value& o : tree["metadata"]["ownerReferences"].items()) {
    if (!o["controller"].as_bool()) continue;
    pod.owner_uid = interner.text(o["uid"].as_string());
    pod.owner_name = interner.text(o["name"].as_string());
    pod.owner_is_complete = o["apiVersion"].as_string() == keys::kGroveApi && o["kind"].as_string() == "PodClique" &&
                            o["blockOwnerDeletion"].as_bool();
    return;
  }
  pod.owner_is_complete = false;
}

void read_labels_of(const Value& labels, Interner& interner, LivePod& pod) {
  PodLabels shared;
  for (const ir::Member& m : labels.members())
    if (m.key != keys::kPodIndex && m.key != keys::kPodTemplateHash)
      shared.items.emplace_back(m.key, m.value.as_string());
  pod.labels = interner.labels(std::move(shared));
  pod.template_hash = interner.text(labels[keys::kPodTemplateHash].as_string());
  pod.index_label = index_label_of(labels[keys::kPodIndex].as_string());
}

void read_gates_of(const Value& spec, Interner& interner, LivePod& pod) {
  std::string others;
  for (const Value& g : spec["schedulingGates"].items()) {
    if (g["name"].as_string() == keys::kSchedulingGate)
      pod.gated = true;
    else
      others.append(others.empty() ? "" : ",").append(g["name"].as_string());
  }
  pod.other_gates = interner.text(others);
}

bool has_failed(const Value& container) {
  const Value* code = container.find("lastState", "terminated", "exitCode");
  return code && code->as_int() != 0;
}

void read_containers_of(const Value& status, const Value& spec, LivePod& pod) {
  for (const Value& c : status["initContainerStatuses"].items()) pod.has_failed_once |= has_failed(c);
  std::size_t started = 0;
  for (const Value& c : status["containerStatuses"].items()) {
    pod.has_failed_once |= has_failed(c);
    const bool is_started = c["started"].as_bool();
    started += is_started;
    pod.started_not_ready |= is_started && !c["ready"].as_bool();
  }
  pod.has_unstarted = started < spec["containers"].items().size();
}

void read_conditions_of(const Value& status, LivePod& pod) {
  for (const Value& c : status["conditions"].items()) {
    const bool is_true = c["status"].as_string() == "True";
    if (c["type"].as_string() == "Ready") {
      pod.ready = is_true;
      if (is_true) pod.ready_since = parse_time(c["lastTransitionTime"].as_string()).value_or(Instant{});
    } else if (c["type"].as_string() == "PodScheduled") {
      pod.scheduled = is_true;
      const bool is_false = c["status"].as_string() == "False";
      pod.waits_at_gate = is_false && c["reason"].as_string() == "SchedulingGated";
      pod.no_room = is_false && !pod.waits_at_gate;
    }
  }
}

}  // namespace

std::shared_ptr<const LivePod> read_pod(const Value& tree, Interner& interner) {
  auto pod = std::make_shared<LivePod>();
  const Value &meta = tree["metadata"], &spec = tree["spec"], &status = tree["status"];
  pod->name = text_at(meta, "name");
  pod->uid = text_at(meta, "uid");
  pod->resource_version = version_of(meta["resourceVersion"].as_string());
  pod->created = parse_time(meta["creationTimestamp"].as_string()).value_or(Instant{});
  pod->deleted = parse_time(meta["deletionTimestamp"].as_string());
  read_owner_of(tree, interner, *pod);
  read_labels_of(meta["labels"], interner, *pod);
  const auto [clique, index] = split_hostname(spec["hostname"].as_string());
  pod->hostname_clique = interner.text(clique);
  pod->index = index;
  pod->has_node = !spec["nodeName"].as_string().empty();
  read_gates_of(spec, interner, *pod);
  for (const Value& volume : spec["volumes"].items())
    if (const Value* secret = volume.find("secret", "secretName"))
      pod->mounts_former_secret |= secret->as_string().ends_with(kFormerTokenSecret);
  pod->phase = phase_of(status["phase"].as_string());
  read_conditions_of(status, *pod);
  read_containers_of(status, spec, *pod);
  return pod;
}

std::shared_ptr<const LiveClique> read_clique(const Value& tree, std::shared_ptr<const void> memory) {
  auto clique = std::make_shared<LiveClique>();
  clique->meta = read_meta(tree);
  clique->spec = tree["spec"];
  clique->replicas = replicas_at(clique->spec);
  clique->min_available = optional_at(clique->spec, "minAvailable");
  clique->starts_after = texts_at(clique->spec, "startsAfter");
  clique->role_name = text_at(clique->spec, "roleName");
  read_status(tree["status"], clique->status);
  clique->status_written = status_written(tree);
  clique->memory = std::move(memory);
  return clique;
}

std::shared_ptr<const LiveGroup> read_group(const Value& tree, std::shared_ptr<const void> memory) {
  auto group = std::make_shared<LiveGroup>();
  group->meta = read_meta(tree);
  group->spec = tree["spec"];
  group->replicas = replicas_at(group->spec);
  group->min_available = optional_at(group->spec, "minAvailable");
  group->clique_names = texts_at(group->spec, "cliqueNames");
  read_status(tree["status"], group->status);
  group->status_written = status_written(tree);
  group->memory = std::move(memory);
  return group;
}

std::shared_ptr<const LiveSet> read_set(const Value& tree, std::shared_ptr<const void> memory) {
  auto set = std::make_shared<LiveSet>();
  set->meta = read_meta(tree);
  set->replicas = replicas_at(tree["spec"]);
  read_status(tree["status"], set->status);
  set->status_written = status_written(tree);
  set->memory = std::move(memory);
  return set;
}

std::shared_ptr<const LiveGang> read_gang(const Value& tree, std::shared_ptr<const void> memory) {
  auto gang = std::make_shared<LiveGang>();
  gang->meta = read_meta(tree);
  gang->spec = tree["spec"];
  for (const Value& g : gang->spec["podgroups"].items()) {
    GangMember member{text_at(g, "name"), number_at(g, "minReplicas"), {}};
    for (const Value& r : g["podReferences"].items()) member.pods.push_back(text_at(r, "name"));
    gang->members.push_back(std::move(member));
  }
  read_status(tree["status"], gang->status);
  gang->status_written = status_written(tree);
  gang->memory = std::move(memory);
  return gang;
}

std::shared_ptr<const LiveObject> read_object(Kind kind, const Value& tree, std::shared_ptr<const void> memory) {
  auto object = std::make_shared<LiveObject>();
  object->kind = kind;
  object->meta = read_meta(tree);
  object->tree = tree;
  object->memory = std::move(memory);
  return object;
}

LivePod newborn_pod(const LiveClique& clique, std::uint32_t index, const ir::PodSuffix& suffix, bool gated,
                    Interner& interner) {
  LivePod pod;
  pod.name = ir::pod_name(clique.meta.name, suffix);
  pod.owner_uid = interner.text(clique.meta.uid);
  pod.owner_name = interner.text(clique.meta.name);
  PodLabels labels;
  bool has_clique = false;
  auto add_clique = [&] {
    labels.items.emplace_back(keys::kPodClique, clique.meta.name);
    has_clique = true;
  };
  for (const ir::Member& m : clique.meta.labels.members()) {
    if (m.key == keys::kPodTemplateHash || m.key == keys::kPodIndex || m.key == keys::kPodClique) continue;
    if (!has_clique && m.key > keys::kPodClique) add_clique();
    labels.items.emplace_back(m.key, m.value.as_string());
  }
  if (!has_clique) add_clique();
  pod.labels = interner.labels(std::move(labels));
  pod.template_hash = interner.text(clique.meta.label(keys::kPodTemplateHash));
  pod.hostname_clique = pod.owner_name;
  pod.index = pod.index_label = static_cast<std::int32_t>(index);
  pod.phase = PodPhase::kPending;
  pod.gated = gated;
  pod.waits_at_gate = gated;
  return pod;
}

}  // namespace grovec::decide
