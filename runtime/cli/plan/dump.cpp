#include "runtime/cli/plan/dump.h"

#include <algorithm>
#include <set>

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

// A manifest has no uid; what it owns needs one.
std::shared_ptr<const decide::LiveSet> with_uid(std::shared_ptr<const decide::LiveSet> set) {
  if (!set->meta.uid.empty()) return set;
  auto copy = std::make_shared<decide::LiveSet>(*set);
  copy->meta.uid = "dumped-set";
  return copy;
}

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
  return Done{};
}

void Dump::add(const Value& tree) {
  const std::optional<ObjectKind> kind = kind_of(tree["apiVersion"].as_string(), tree["kind"].as_string());
  if (!kind) return;
  const std::string space = space_of(tree);
  const std::shared_ptr<const void> memory;  // of the context
  switch (*kind) {
    case ObjectKind::kPodCliqueSet:
      sets_.push_back({space, with_uid(decide::read_set(tree, memory))});
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
