#include "runtime/simulate/scheduler.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "ir/labels.h"
#include "runtime/simulate/kubelet.h"
#include "runtime/simulate/patch.h"

namespace grovec::simulate {

using namespace ir;

namespace {

constexpr std::string_view kAnyNode = "node";  // where pods go that select none

bool matches(const Node& node, const Value& expression) {
  const std::string_view key = expression["key"].as_string(), op = expression["operator"].as_string();
  std::string_view label;
  if (key == "pool") label = node.pool;
  if (key == "kubernetes.io/hostname") label = node.name;
  if (op == "Exists") return !label.empty();
  if (op == "DoesNotExist") return label.empty();
  bool is_in = false;
  for (const Value& v : expression["values"].items()) is_in |= v.as_string() == label;
  return op == "NotIn" ? !is_in : is_in;
}

const Value* required_terms(const Value& spec) {
  return spec.find("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
}

bool selects(const Value& spec) { return spec["nodeSelector"].size() > 0 || required_terms(spec); }

bool accepts(const Value& spec, const Node& node) {
  for (const Member& m : spec["nodeSelector"].members()) {
    const bool fits = m.key == "pool" ? m.value.as_string() == node.pool
                                      : m.key == "kubernetes.io/hostname" && m.value.as_string() == node.name;
    if (!fits) return false;
  }
  const Value* terms = required_terms(spec);
  if (!terms) return true;
  return std::any_of(terms->items().begin(), terms->items().end(), [&](const Value& term) {
    const std::span<const Value> all = term["matchExpressions"].items();
    return std::all_of(all.begin(), all.end(), [&](const Value& e) { return matches(node, e); });
  });
}

bool is_born_before(const ObjectPtr& a, const ObjectPtr& b) {
  return std::tie(a->created, a->key.name) < std::tie(b->created, b->key.name);
}

// Room that is left, node by node.
class Room {
 public:
  Room(const Store& store, const std::vector<Node>& nodes) : store_(&store), nodes_(&nodes) {}
  /// Takes a place for the pod; nothing if there is none.
  std::optional<std::string_view> take(const Object& pod) {
    if (!selects(pod.spec())) return kAnyNode;
    if (used_.empty()) count();
    for (std::size_t n = 0; n < nodes_->size(); ++n) {
      const Node& node = (*nodes_)[n];
      if (node.cordoned || (node.room > 0 && used_[n] >= node.room) || !accepts(pod.spec(), node)) continue;
      ++used_[n];
      return node.name;
    }
    return std::nullopt;
  }

 private:
  void count() {
    used_.resize(nodes_->size());
    std::map<std::string_view, std::size_t> by_name;
    for (std::size_t n = 0; n < nodes_->size(); ++n) by_name[(*nodes_)[n].name] = n;
    for (const ObjectPtr& pod : store_->all(Kind::kPod)) {
      const auto* live = pod->as<decide::LivePod>();
      if (!live || !live->has_node || live->is_finished()) continue;
      const auto found = by_name.find(pod->spec()["nodeName"].as_string());
      if (found != by_name.end()) ++used_[found->second];
    }
  }

  const Store* store_;
  const std::vector<Node>* nodes_;
  std::vector<std::uint32_t> used_;  // empty = not counted yet
};

struct Placement {
  ObjectPtr pod;
  std::string_view node;
};

std::vector<ObjectPtr> line_of(const Store& store) {
  std::vector<ObjectPtr> out;
  for (const ObjectPtr& pod : store.all(Kind::kPod))
    if (is_in_line(*pod)) out.push_back(pod);
  std::stable_sort(out.begin(), out.end(), is_born_before);
  return out;
}

// What the gang needs besides its bound pods; nothing if a pod is missing or gated. `complete`: it needs nothing.
std::vector<ObjectPtr> missing_minimum(const Store& store, const Object& gang, bool& complete) {
  std::vector<ObjectPtr> out;
  bool possible = true;
  for (const Value& group : gang.spec()["podgroups"].items()) {
    std::int64_t need = group["minReplicas"].as_int();
    std::vector<ObjectPtr> waiting;
    for (const Value& reference : group["podReferences"].items()) {
      const ObjectPtr pod = store.find({Kind::kPod, gang.key.namespace_, std::string(reference["name"].as_string())});
      const auto* live = pod ? pod->as<decide::LivePod>() : nullptr;
      if (!live || live->is_marked() || live->is_finished()) continue;
      if (live->has_node)
        --need;
      else if (is_in_line(*pod))
        waiting.push_back(pod);
    }
    std::stable_sort(waiting.begin(), waiting.end(), is_born_before);
    if (need > static_cast<std::int64_t>(waiting.size())) possible = false;
    for (const ObjectPtr& pod : waiting)
      if (need-- > 0) out.push_back(pod);
    if (need > 0) possible = false;
  }
  complete = possible && out.empty();
  if (!possible) out.clear();
  return out;
}

std::vector<Placement> place(Room room, const std::vector<ObjectPtr>& pods) {
  std::vector<Placement> out;
  for (const ObjectPtr& pod : pods) {
    const std::optional<std::string_view> node = room.take(*pod);
    if (!node) return {};
    out.push_back({pod, *node});
  }
  return out;
}

std::vector<Placement> next_of_gangs(const Store& store, const Room& room) {
  std::vector<ObjectPtr> gangs = store.all(Kind::kPodGang);
  std::stable_sort(gangs.begin(), gangs.end(), is_born_before);
  std::map<std::string_view, bool> complete;
  for (const ObjectPtr& gang : gangs) {
    bool is_complete = false;
    std::vector<Placement> found = place(room, missing_minimum(store, *gang, is_complete));
    if (!found.empty()) return found;
    complete[gang->key.name] = is_complete;
  }
  for (const ObjectPtr& pod : line_of(store)) {
    const std::string_view gang = pod->label(keys::kPodGang);
    if (!gang.empty() && !complete[gang]) continue;
    std::vector<Placement> found = place(room, {pod});
    if (!found.empty()) return found;
  }
  return {};
}

std::vector<Placement> next_placement(const Store& store, const std::vector<Node>& nodes, SchedulerKind kind) {
  const Room room(store, nodes);
  if (kind == SchedulerKind::kGangs) return next_of_gangs(store, room);
  for (const ObjectPtr& pod : line_of(store)) {
    std::vector<Placement> found = place(room, {pod});
    if (!found.empty()) return found;
  }
  return {};
}

bool knows_no_room(const Object& pod) {
  const Value* c = find_condition(pod.status.root(), "PodScheduled");
  return c && (*c)["reason"].as_string() == "Unschedulable";
}

void bind(Store& store, const Placement& p, Instant now) {
  Arena arena;
  Object after = *p.pod;
  after.body = Part(with_member(arena, after.body.root(), {"spec", "nodeName"}, Value::string(p.node)));
  after.status = Part(with_condition(arena, after.status.root(), {"PodScheduled", true, {}, {}}, now));
  store.write(p.pod, std::move(after));
}

}  // namespace

bool is_in_line(const Object& pod) {
  const auto* live = pod.as<decide::LivePod>();
  return live && !live->has_node && !live->gated && !live->other_gates && !live->is_marked() && !live->is_finished();
}

bool has_to_schedule(const Store& store, const std::vector<Node>& nodes, SchedulerKind kind) {
  const std::vector<ObjectPtr> line = line_of(store);
  if (std::any_of(line.begin(), line.end(), [](const ObjectPtr& pod) { return !knows_no_room(*pod); })) return true;
  return !line.empty() && !next_placement(store, nodes, kind).empty();
}

bool schedule(Store& store, const std::vector<Node>& nodes, SchedulerKind kind, Instant now,
              std::vector<Notice>& notices) {
  const std::vector<Placement> placed = next_placement(store, nodes, kind);
  for (const Placement& p : placed) bind(store, p, now);
  if (!placed.empty()) return true;
  bool wrote = false;
  for (const ObjectPtr& pod : line_of(store)) {
    if (knows_no_room(*pod)) continue;
    Arena arena;
    Object after = *pod;
    after.status =
        Part(with_condition(arena, after.status.root(), {"PodScheduled", false, "Unschedulable", "no node fits"}, now));
    store.write(pod, std::move(after));
    notices.push_back({pod->key, "default-scheduler", "FailedScheduling", "no node fits"});
    wrote = true;
  }
  return wrote;
}

}  // namespace grovec::simulate
