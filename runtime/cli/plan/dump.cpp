#include "runtime/cli/plan/dump.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <type_traits>

#include "ir/labels.h"
#include "ir/value/copy.h"

namespace grovec::cli {

using namespace ir;

namespace {

Value as_written(Arena& arena, const Value& tree) {
  MappingBuilder metadata(arena);
  for (const std::string_view key : {"name", "namespace", "labels", "annotations"})
    if (const Value* v = tree["metadata"].find(key)) metadata.set(key, *v);
  return MappingBuilder(arena, tree)
      .remove("status")
      .set("metadata", metadata.build(tree["metadata"].at()))
      .build(tree.at());
}

std::string space_of(const Value& tree) {
  const std::string_view named = tree["metadata"]["namespace"].as_string();
  return std::string(named.empty() ? "default" : named);
}

// Kind and name of an object of one namespace.
using Place = std::tuple<std::string, std::string, std::string>;

/// Uids that a dump does not have, since it is a manifest or somebody has taken them out: objects get one by their kind
/// and name, owner references the one of the object that they name.
class Uids {
 public:
  template <class Entries>
  void give(std::string_view kind, Entries& entries) {
    for (auto& e : entries) {
      if (e.live->meta.uid.empty()) change(e, [&](auto& live) { live.meta.uid = made(kind, live.meta.name); });
      known_[{e.namespace_, std::string(kind), e.live->meta.name}] = e.live->meta.uid;
    }
  }
  template <class Entries>
  void link(Entries& entries) const {
    for (auto& e : entries)
      for (std::size_t k = 0; k < e.live->meta.owners.size(); ++k) {
        const decide::OwnerReference& o = e.live->meta.owners[k];
        const auto at = known_.find({e.namespace_, o.kind, o.name});
        if (o.uid.empty() && at != known_.end()) change(e, [&](auto& live) { live.meta.owners[k].uid = at->second; });
      }
  }
  template <class Entries>
  void complete_pods(Entries& pods, decide::Interner& interner) const {
    for (auto& e : pods) {
      const decide::LivePod& pod = *e.live;
      const auto at = pod.owner_name ? known_.find({e.namespace_, "PodClique", *pod.owner_name}) : known_.end();
      if (!pod.owner_uid && at != known_.end())
        change(e, [&](decide::LivePod& live) { live.owner_uid = interner.text(at->second); });
      if (pod.uid.empty()) change(e, [](decide::LivePod& live) { live.uid = made("Pod", live.name); });
    }
  }

 private:
  static std::string made(std::string_view kind, std::string_view name) {
    return "dumped-" + std::string(kind) + "-" + std::string(name);
  }
  template <class Entry, class F>
  static void change(Entry& entry, F&& f) {
    auto copy = std::make_shared<std::remove_const_t<typename decltype(entry.live)::element_type>>(*entry.live);
    f(*copy);
    entry.live = std::move(copy);
  }

  std::map<Place, std::string> known_;
};

template <class Live>
void sort_by_name(std::vector<const Live*>& list) {
  std::sort(list.begin(), list.end(), [](const Live* a, const Live* b) { return a->meta.name < b->meta.name; });
}

}  // namespace

Result<Done> Dump::read(const std::string& path) {
  const driver::Input input{path};
  Result<std::string> text = driver::read_input(input);
  if (!text) return text.error();
  return read_text(driver::display_name(input), std::move(*text), true);
}

Result<Done> Dump::read_text(const std::string& name, std::string text, bool has_places) {
  Result<std::vector<driver::LoadedDocument>> documents = driver::load_text(context_, name, std::move(text), {});
  if (!documents) return documents.error();
  for (driver::LoadedDocument d : *documents) {
    if (!has_places) d.document.root = without_origins(context_.arena, d.document.root);
    add(d.document.root);
    documents_.push_back(d);
  }
  complete_uids();
  return Done{};
}

void Dump::complete_uids() {
  Uids uids;
  uids.give("PodCliqueSet", sets_);
  uids.give("PodCliqueScalingGroup", groups_);
  uids.give("PodClique", cliques_);
  uids.give("PodGang", gangs_);
  for (auto& e : objects_) {
    std::span<Entry<decide::LiveObject>> one(&e, 1);
    uids.give(info_of(e.live->kind).kind, one);
  }
  uids.link(groups_);
  uids.link(cliques_);
  uids.link(gangs_);
  uids.link(objects_);
  uids.complete_pods(pods_, interner_);
}

void Dump::add(const Value& tree) {
  const std::optional<ObjectKind> kind = kind_of(tree["apiVersion"].as_string(), tree["kind"].as_string());
  if (!kind) return;
  const std::string space = space_of(tree);
  add_scalers(tree);
  const std::shared_ptr<const void> memory;  // of the context
  switch (*kind) {
    case ObjectKind::kPodCliqueSet:
      sets_.push_back({space, decide::read_set(tree, memory)});
      break;
    case ObjectKind::kPodCliqueScalingGroup:
      groups_.push_back({space, decide::read_group(tree, memory)});
      break;
    case ObjectKind::kPodClique:
      cliques_.push_back({space, decide::read_clique(tree, memory)});
      break;
    case ObjectKind::kPod:
      pods_.push_back({space, decide::read_pod(tree, interner_)});
      break;
    case ObjectKind::kPodGang:
      gangs_.push_back({space, decide::read_gang(tree, memory)});
      break;
    case ObjectKind::kClusterTopologyBinding:
    case ObjectKind::kKaiTopology:
      break;
    default:
      objects_.push_back({space, decide::read_object(*kind, tree, memory)});
  }
}

void Dump::add_scalers(const Value& tree) {
  const std::string_view kind = tree["kind"].as_string();
  if (!kind.starts_with("PodClique")) return;
  const Value& entries = tree["metadata"]["managedFields"];
  std::set<std::string_view> makers;
  for (const Value& e : entries.items()) {
    const Value& spec = e["fieldsV1"]["f:spec"];
    if (spec.size() > (spec.find("f:replicas") ? 1u : 0u)) makers.insert(e["manager"].as_string());
  }
  for (const Value& e : entries.items()) {
    if (!e["fieldsV1"]["f:spec"].find("f:replicas")) continue;
    const std::string_view manager = e["manager"].as_string();
    const bool is_scale = e["subresource"].as_string() == "scale";
    if (is_scale || !makers.contains(manager))
      scalers_.push_back({space_of(tree), std::string(kind), std::string(tree["metadata"]["name"].as_string()),
                          std::string(manager), is_scale && manager == "kube-controller-manager"});
  }
}

std::vector<driver::LoadedDocument> Dump::sets() {
  std::vector<driver::LoadedDocument> out;
  for (driver::LoadedDocument d : documents_) {
    if (d.kind != driver::DocumentKind::kSet) continue;
    d.document.root = as_written(context_.arena, d.document.root);
    out.push_back(d);
  }
  return out;
}

decide::Observed Dump::world_of(std::string_view namespace_, std::string_view name) const {
  decide::Observed out;
  out.name = name;
  out.namespace_ = namespace_;
  std::set<std::string, std::less<>> uids;
  auto is_ours = [&](const decide::LiveMeta& meta) {
    const decide::OwnerReference* owner = meta.controller();
    return meta.label(keys::kPartOf) == name || (owner && uids.contains(owner->uid));
  };
  auto take = [&](const auto& from, auto& to) {
    for (const auto& e : from)
      if (e.namespace_ == namespace_ && is_ours(e.live->meta)) {
        uids.insert(e.live->meta.uid);
        to.push_back(e.live.get());
      }
    sort_by_name(to);
  };
  for (const auto& e : sets_)
    if (e.namespace_ == namespace_ && e.live->meta.name == name) {
      out.set = e.live.get();
      uids.insert(e.live->meta.uid);
    }
  take(groups_, out.groups);
  take(cliques_, out.cliques);
  take(gangs_, out.gangs);
  take(objects_, out.objects);
  std::stable_sort(out.objects.begin(), out.objects.end(),
                   [](const auto* a, const auto* b) { return a->kind < b->kind; });
  for (const auto& e : pods_)
    if (e.namespace_ == namespace_ && ((e.live->labels && e.live->labels->get(keys::kPartOf) == name) ||
                                       (e.live->owner_uid && uids.contains(*e.live->owner_uid))))
      out.pods.push_back(e.live.get());
  std::sort(out.pods.begin(), out.pods.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return out;
}

std::vector<std::string> Dump::missing_kinds(const decide::Observed& world, bool has_groups) const {
  std::vector<std::string> out;
  if (has_groups && world.groups.empty()) out.emplace_back("PodCliqueScalingGroups");
  if (world.cliques.empty()) out.emplace_back("PodCliques");
  if (world.pods.empty()) out.emplace_back("Pods");
  if (world.gangs.empty()) out.emplace_back("PodGangs");
  if (world.objects.empty()) out.emplace_back("Services, roles and autoscalers");
  return out;
}

}  // namespace grovec::cli
