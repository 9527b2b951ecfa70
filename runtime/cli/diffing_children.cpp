// diff --children: what a set compiles to against what lives of it.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "ir/labels.h"
#include "ir/value/writer.h"
#include "runtime/cli/diffing.h"
#include "runtime/cli/plan/dump.h"
#include "runtime/diff/live.h"

namespace grovec::cli {

using namespace ir;
using diff::FieldChange;
using diff::Side;

namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
const Value kMasked = Value::string("(masked)");

bool is_ours(const Value& labels, std::string_view set) {
  return labels[keys::kManagedBy].as_string() == keys::kOperator && labels[keys::kPartOf].as_string() == set;
}

/// Kinds that sets are made with, not of.
bool is_of_sets(ObjectKind kind) {
  return kind != ObjectKind::kPodCliqueSet && kind != ObjectKind::kClusterTopologyBinding &&
         kind != ObjectKind::kKaiTopology;
}

class Children {
 public:
  Children(const driver::CompiledSet& set, const Dump& dump, std::string_view space, const DiffRequest& request,
           Differences& out)
      : set_(set), space_(space), request_(request), out_(out), observed_(dump.world_of(space, set.module.spec.name)) {
    for (const driver::LoadedDocument& d : dump.documents()) note(d.document.root);
  }

  void compare() {
    take_counts();
    take_pods();
    const World world{set_.module.desired, population_};
    enumerate(set_.plan, world, [&](const Description& d, const Instance& n) {
      if (request_.with_pods || d.kind != ObjectKind::kPod) object(d, n, world);
      return true;
    });
    for (const auto& [key, tree] : live_) removed(key, *tree);
  }

 private:
  using Key = std::pair<ObjectKind, std::string>;

  void note(const Value& tree) {
    const auto kind = kind_of(tree["apiVersion"].as_string(), tree["kind"].as_string());
    const Value& meta = tree["metadata"];
    const std::string_view space = meta["namespace"].as_string();
    if (!kind || !is_of_sets(*kind) || (space.empty() ? "default" : space) != space_) return;
    if (*kind == ObjectKind::kPod && meta.find("deletionTimestamp")) return;
    live_[{*kind, std::string(meta["name"].as_string())}] = &tree;
  }

  // What an autoscaler or a person has said counts, as for the operator.
  void take_counts() {
    for (const decide::LiveGroup* g : observed_.groups)
      if (const auto p = place_of(ObjectKind::kPodCliqueScalingGroup, g->meta.name))
        population_.set_group(p->instance.set_replica, *p->part.group,
                              static_cast<std::uint32_t>(std::max(0, g->replicas)));
    for (const decide::LiveClique* c : observed_.cliques)
      if (const auto p = place_of(ObjectKind::kPodClique, c->meta.name))
        population_.set_clique(p->instance.set_replica, row_of(*p), *p->part.clique,
                               static_cast<std::uint32_t>(std::max(0, c->replicas)));
  }

  // The pods that live by their names, and those that are missing by the names they would have.
  void take_pods() {
    std::map<std::string, std::vector<LivePod>, std::less<>> pods;
    for (const decide::LivePod* p : observed_.pods) {
      const std::size_t dash = p->name.rfind('-');
      if (p->is_marked() || p->index < 0 || dash == std::string::npos) continue;
      if (const auto suffix = read_pod_suffix(std::string_view(p->name).substr(dash + 1)))
        pods[p->name.substr(0, dash)].push_back({static_cast<std::uint32_t>(p->index), *suffix});
    }
    for (const decide::LiveClique* c : observed_.cliques) {
      const auto place = place_of(ObjectKind::kPodClique, c->meta.name);
      if (!place) continue;
      std::vector<LivePod> wanted, live = pods[c->meta.name];
      std::set<std::uint32_t> taken;
      const auto count = static_cast<std::uint32_t>(std::max(0, c->replicas));
      for (const LivePod& p : live)
        if (p.index < count && taken.insert(p.index).second) wanted.push_back(p);
      for (std::uint32_t i = 0; i < std::min(count, kMostPodsOfClique); ++i)
        if (!taken.contains(i)) wanted.push_back({i, pod_suffix(0, i)});
      population_.set_pods(place->instance.set_replica, row_of(*place), *place->part.clique, std::move(wanted));
    }
  }

  static std::uint32_t row_of(const ObjectPlace& p) { return p.part.group ? p.instance.group_replica : 0; }

  std::optional<ObjectPlace> place_of(ObjectKind kind, std::string_view name) const {
    const std::vector<ObjectPlace> found = set_.directory->match(kind, name);
    return found.empty() ? std::nullopt : std::optional(found.front());
  }

  void object(const Description& d, const Instance& n, const World& world) {
    const std::string name = name_text(d.name, n);
    const auto live = live_.find({d.kind, name});
    if (live == live_.end()) {
      ++out_.added;
      return add(DiffAction::kAdded, d.kind, name, {}, d.tree.at(), &d);
    }
    std::vector<FieldChange> changes = diff::live_changes({d, n, world}, *live->second);
    live_.erase(live);
    std::erase_if(changes, [](const FieldChange& c) { return c.path.find(kLastApplied) != std::string::npos; });
    if (d.kind == ObjectKind::kSecret) mask(changes);
    // What they point at goes: the world has the population of this call only.
    for (FieldChange& c : changes) c.after = kept(c.after);
    if (changes.empty()) return;
    ++out_.changed;
    add(DiffAction::kChanged, d.kind, name, std::move(changes), kNowhere, &d);
  }

  Side kept(const Side& side) {
    if (!side.value || !side.counter) return side;
    Value* whole = out_.arena.array<Value>(1).data();
    *whole = instantiate(*side.value, side.instance, *side.counter, out_.arena);
    return Side{whole};
  }

  static void mask(std::vector<FieldChange>& changes) {
    for (FieldChange& c : changes) {
      if (!c.path.starts_with("data") && !c.path.starts_with("stringData")) continue;
      if (c.before.value) c.before = Side{&kMasked};
      if (c.after.value) c.after = Side{&kMasked};
    }
  }

  void removed(const Key& key, const Value& tree) {
    if (!is_ours(tree["metadata"]["labels"], set_.module.spec.name)) return;
    if (!request_.with_pods && key.first == ObjectKind::kPod) return;
    ++out_.removed;
    add(DiffAction::kRemoved, key.first, key.second, {}, kNowhere, nullptr);
  }

  // Objects of one description that differ by the same values are one.
  void add(DiffAction action, ObjectKind kind, const std::string& name, std::vector<FieldChange> changes, OriginId at,
           const Description* description) {
    std::string same = std::to_string(static_cast<int>(action)) + '/' + std::to_string(static_cast<int>(kind)) + '/' +
                       std::to_string(reinterpret_cast<std::uintptr_t>(description));
    for (const FieldChange& c : changes) {
      same += '\n' + c.path + (c.moved ? "~" : "=");
      for (const Side* s : {&c.before, &c.after}) same += (s->value ? to_text(*s->value, Format::kJson) : "") + ">";
    }
    const auto [found, is_new] = places_.try_emplace(same, out_.objects.size());
    if (!is_new && request_.fold) {
      ObjectDifference& first = out_.objects[found->second];
      first.last_name = name;
      ++first.count;
      return;
    }
    ObjectDifference d;
    d.action = action;
    d.api_version = info_of(kind).api_version;
    d.kind = info_of(kind).kind;
    d.namespace_ = space_;
    d.name = d.last_name = name;
    d.changes = std::move(changes);
    d.after = &set_.module.context;
    d.at = at;
    out_.objects.push_back(std::move(d));
  }

  const driver::CompiledSet& set_;
  std::string_view space_;
  const DiffRequest& request_;
  Differences& out_;
  decide::Observed observed_;
  Population population_{set_.module.spec};
  std::map<Key, const Value*> live_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

void compare_children(const driver::CompiledSet& set, const Dump& dump, std::string_view namespace_,
                      const DiffRequest& request, Differences& out) {
  Children(set, dump, namespace_, request, out).compare();
}

}  // namespace grovec::cli
