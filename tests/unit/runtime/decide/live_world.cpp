#include "tests/unit/runtime/decide/live_world.h"

#include <fmt/format.h>

#include <fstream>

#include "backends/describe.h"
#include "ir/names.h"

namespace grovec::decide::testing {
namespace keys = ir::keys;

std::string manifest(const Shape& s) {
  auto clique = [](const std::string& name, int pods, int minimum, const std::string& image) {
    return fmt::format(
        "    - name: {}\n      spec:\n        roleName: {}\n        replicas: {}\n        minAvailable: {}\n"
        "        podSpec:\n          containers:\n          - name: main\n            image: {}\n",
        name, name, pods, minimum ? minimum : pods, image);
  };
  std::string cliques;
  for (char name : s.order) {
    if (name == 'a' && s.has_clique) cliques += clique("a", s.pods, s.min_pods, s.image_a);
    if (name == 'b' && s.has_group) cliques += clique("b", 1, 1, s.image_b);
    if (name == 'c' && s.has_group) cliques += clique("c", 2, s.min_c, "app:1");
  }
  std::string groups;
  if (s.has_group)
    groups = fmt::format(
        "    podCliqueScalingGroups:\n    - name: g\n      cliqueNames: [b, c]\n      replicas: {}\n      "
        "minAvailable: {}\n",
        s.replicas, s.min_replicas ? s.min_replicas : s.replicas);
  return fmt::format(
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata:\n  name: s\nspec:\n  replicas: {}\n"
      "  updateStrategy:\n    type: {}\n  template:\n    terminationDelay: {}\n{}    cliques:\n{}{}",
      s.set_replicas, s.strategy, s.delay,
      s.priority_class.empty() ? "" : "    priorityClassName: " + s.priority_class + "\n", cliques, groups);
}

struct LiveWorld::Compiled {
  ::grovec::testing::Folder folder;
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<World> world;
};

void LiveWorld::compile(const Shape& shape) {
  auto made = std::make_shared<Compiled>();
  const std::string path = made->folder.path + "/in.yaml";
  std::ofstream(path) << manifest(shape);
  driver::CompileRequest request;
  request.operands = {path};
  request.owner_references = true;
  auto result = driver::compile(request);
  if (!result) {
    ADD_FAILURE() << "no compilation";
    return;
  }
  made->compilation = std::move(*result);
  EXPECT_FALSE(made->compilation->failed());
  const driver::CompiledSet& set = *made->compilation->sets.at(0);
  made->world = std::make_unique<World>(set.module.desired, set.plan);
  world_ = made->world.get();
  compiled_.push_back(std::move(made));
}

std::string LiveWorld::hash_of(const std::string& clique) const {
  for (const CliqueLayout& layout : world_->cliques())
    if (ir::match_name(layout.name, clique)) return world_->template_hash(layout.id);
  ADD_FAILURE() << "no clique " << clique;
  return {};
}

LiveWorld::LiveWorld(const Shape& shape) {
  compile(shape);
  settle();
}

void LiveWorld::ask(const Shape& shape) {
  compile(shape);
  set.replicas = shape.set_replicas;
}

LiveClique& LiveWorld::add_clique(const std::string& name) {
  for (const CliqueLayout& layout : world_->cliques()) {
    if (!ir::match_name(layout.name, name)) continue;
    LiveClique& clique = cliques[name];
    clique.meta.name = name;
    clique.meta.uid = fmt::format("uid-{}-{}", name, now.seconds());
    clique.meta.created = now;
    clique.replicas = static_cast<std::int32_t>(layout.template_pods);
    clique.min_available = static_cast<std::int32_t>(layout.min_available);
    clique.status.observed_generation = 1;
    patch(name);
    return clique;
  }
  ADD_FAILURE() << "no clique " << name;
  return cliques[name];
}

void LiveWorld::patch(const std::string& clique) {
  cliques.at(clique).meta.labels =
      backends::object(arena_, {{keys::kPodTemplateHash, ir::Value::string(arena_.copy(hash_of(clique)))}});
}

LivePod& LiveWorld::add_pod(const std::string& clique, int index, const std::string& suffix) {
  const LiveClique& owner = cliques.at(clique);
  LivePod& pod = pods[fmt::format("{}/{}{}", clique, index, suffix)];
  pod = {};
  const auto letters = ir::pod_suffix(suffix.empty() ? 0 : static_cast<std::uint32_t>(suffix[0] - 'a'),
                                      static_cast<std::uint32_t>(index));
  pod.name = clique + "-" + std::string(letters.data(), letters.size());
  pod.uid = fmt::format("uid-{}-{}", pod.name, now.seconds());
  pod.created = now;
  pod.owner_uid = interner_.text(owner.meta.uid);
  pod.owner_name = interner_.text(clique);
  pod.template_hash = interner_.text(owner.meta.label(keys::kPodTemplateHash));
  pod.hostname_clique = interner_.text(clique);
  pod.index = pod.index_label = index;
  pod.phase = PodPhase::kPending;
  return pod;
}

void LiveWorld::ready(LivePod& pod, bool is_ready) {
  pod.phase = PodPhase::kRunning;
  pod.has_node = pod.scheduled = true;
  pod.ready = is_ready;
  pod.has_unstarted = false;
  pod.started_not_ready = !is_ready;
  pod.ready_since = is_ready ? now : Instant{};
}

void LiveWorld::remove_pods(const std::string& clique) {
  std::erase_if(pods, [&](const auto& entry) { return entry.first.starts_with(clique + "/"); });
}

void LiveWorld::turn_of(int i) {
  set.status.current_hash = set_hash();
  set.status.update = SetUpdate{.started = now,
                                .ended = std::nullopt,
                                .current = ReplicaUpdate{.index = i, .started = now, .ended = std::nullopt}};
}

// Everything of the compiled set, born a minute ago.
void LiveWorld::settle() {
  now = Instant::from_seconds(kNow.seconds() - 60);
  set.meta.name = "s";
  set.meta.uid = "uid-s";
  set.replicas = static_cast<std::int32_t>(world_->set().replicas);
  set.status.current_hash = set_hash();
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(set.replicas); ++i) {
    auto add = [&](const CliqueLayout& layout, std::uint32_t j) {
      const std::string name = ir::name_text(layout.name, {.set_replica = i, .group_replica = j});
      LiveClique& clique = add_clique(name);
      CliqueStatus& status = clique.status;
      status.current_template_hash = hash_of(name);
      status.current_set_hash = set_hash();
      status.conditions.set("PodCliqueScheduled", Truth::kTrue, "SufficientScheduledPods", "", now);
      status.conditions.set("MinAvailableBreached", Truth::kFalse, "SufficientReadyPods", "", now);
      if (!layout.group || world_->strategy() == Strategy::kOnDelete)
        status.update = CliqueUpdate{.started = now,
                                     .ended = now,
                                     .set_hash = set_hash(),
                                     .template_hash = hash_of(name),
                                     .selected = {},
                                     .completed = {}};
      for (int k = 0; k < clique.replicas; ++k) ready(add_pod(name, k));
    };
    for (const ir::CliqueId id : world_->standalone()) add(world_->layout(id), 0);
    for (const GroupLayout& layout : world_->groups()) {
      const std::string name = ir::name_text(layout.name, {.set_replica = i});
      LiveGroup& group = groups[name];
      group.meta.name = name;
      group.meta.uid = "uid-" + name;
      group.replicas = static_cast<std::int32_t>(layout.template_replicas);
      group.min_available = static_cast<std::int32_t>(layout.min_available);
      group.status.current_set_hash = set_hash();
      group.status.conditions.set("MinAvailableBreached", Truth::kFalse,
                                  "SufficientAvailablePodCliqueScalingGroupReplicas", "", now);
      for (std::uint32_t j = 0; j < layout.template_replicas; ++j)
        for (const ir::CliqueId id : layout.cliques) add(world_->layout(id), j);
    }
  }
  now = kNow;
}

const LiveView& LiveWorld::view() {
  observed_ = {};
  observed_.name = "s";
  observed_.namespace_ = "default";
  observed_.set = &set;
  for (const auto& [name, group] : groups) observed_.groups.push_back(&group);
  for (const auto& [name, clique] : cliques) observed_.cliques.push_back(&clique);
  for (const auto& [key, pod] : pods) observed_.pods.push_back(&pod);
  std::sort(observed_.pods.begin(), observed_.pods.end(),
            [](const LivePod* a, const LivePod* b) { return a->name < b->name; });
  view_ = std::make_unique<LiveView>(*world_, observed_);
  return *view_;
}

UpdatePlan LiveWorld::updates() { return plan_updates(view(), now); }

void LiveWorld::carry_out(const UpdatePlan& plan) {
  for (const CliqueCell& cell : view_->cliques()) {
    const CliqueUpdatePlan& p = plan.cliques[view_->index_of(cell)];
    if (cell.live && p.changes) cliques.at(cell.live->meta.name).status.update = p.next;
  }
  for (const GroupCell& group : view_->groups()) {
    const GroupUpdatePlan& p = plan.groups[view_->index_of(group)];
    if (group.live && p.changes) groups.at(group.live->meta.name).status.update = p.next;
  }
  if (!plan.set.changes) return;
  set.status.current_hash = plan.set.current_hash;
  if (plan.set.next) set.status.update = plan.set.next;
}

const CliqueUpdatePlan& plan_of(LiveWorld& world, const UpdatePlan& plan, const std::string& clique) {
  const LiveView& view = world.view();
  for (const CliqueCell& cell : view.cliques())
    if (view.name(cell) == clique) return plan.cliques[view.index_of(cell)];
  static const CliqueUpdatePlan kNone;
  ADD_FAILURE() << "no clique " << clique;
  return kNone;
}

const GroupUpdatePlan& plan_of_group(LiveWorld& world, const UpdatePlan& plan, const std::string& group) {
  const LiveView& view = world.view();
  for (const GroupCell& cell : view.groups())
    if (view.name(cell) == group) return plan.groups[view.index_of(cell)];
  static const GroupUpdatePlan kNone;
  ADD_FAILURE() << "no group " << group;
  return kNone;
}

std::vector<std::string> exits_of(LiveWorld& world, const UpdatePlan& plan, const std::string& clique) {
  std::vector<std::string> out;
  for (const PodExit& exit : plan_of(world, plan, clique).exits)
    for (const auto& [key, pod] : world.pods)
      if (pod.uid == exit.pod->uid) out.push_back(key);
  return out;
}

std::vector<std::uint32_t> exits_of_group(LiveWorld& world, const UpdatePlan& plan, const std::string& group) {
  std::vector<std::uint32_t> out;
  for (const ReplicaExit& exit : plan_of_group(world, plan, group).exits) out.push_back(exit.j);
  return out;
}

}  // namespace grovec::decide::testing
