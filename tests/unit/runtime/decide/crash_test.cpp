// Killed after any write of an update or of a recycle, the operator goes on where it was: nothing is done twice,
// nothing is forgotten, and never is more down at once than without the crash (reference: runtime 25, 27).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "runtime/decide/patch.h"
#include "tests/decide_world/tree_world.h"
#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

using ::grovec::testing::TreeWorld;

struct Compiled {
  explicit Compiled(const Shape& shape) {
    const std::string path = folder.path + "/in.yaml";
    std::ofstream(path) << manifest(shape);
    driver::CompileRequest request;
    request.operands = {path};
    request.owner_references = true;
    auto result = driver::compile(request);
    EXPECT_TRUE(result && !(*result)->failed());
    compilation = std::move(*result);
    const driver::CompiledSet& set = *compilation->sets.at(0);
    world = std::make_unique<World>(set.module.desired, set.plan);
    tree = set.module.defaulted;
  }
  ::grovec::testing::Folder folder;
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<World> world;
  ir::Value tree;
};

/// The first `writes` actions.
Decision first_of(const Decision& decision, std::size_t writes) {
  Decision out;
  out.memory = decision.memory;
  for (const Step& step : decision.steps) {
    out.steps.emplace_back();
    for (const Action& action : step) {
      if (writes == 0) return out;
      out.steps.back().push_back(action);
      --writes;
    }
  }
  return out;
}

std::size_t size_of(const Decision& decision) {
  std::size_t n = 0;
  for (const Step& step : decision.steps) n += step.size();
  return n;
}

/// What happened from the start to rest.
struct Story {
  bool was_cut = false;                          ///< there were that many writes
  std::map<std::string, int> pods, cliques;      ///< deletions by "CLIQUE~INDEX" and by name
  std::size_t most_pods = 0, most_replicas = 0;  ///< of s-0-a, of s-0-g: down at once
};

/// How much of clique and group is down now.
void look(const Observed& observed, int pods, int replicas, Story& story) {
  std::set<int> up;
  std::map<std::string, int> members;
  for (const LivePod* pod : observed.pods) {
    if (pod->is_marked() || !pod->ready) continue;
    if (*pod->owner_name == "s-0-a") up.insert(pod->index);
    if (pod->owner_name->starts_with("s-0-g-")) ++members[pod->owner_name->substr(0, 7)];
  }
  int whole = 0;
  for (const auto& [name, n] : members) whole += n == 3;
  story.most_pods = std::max(story.most_pods, static_cast<std::size_t>(pods) - up.size());
  story.most_replicas = std::max(story.most_replicas, static_cast<std::size_t>(replicas - whole));
}

void count(const Decision& decision, const Observed& observed, Story& story) {
  for (const Step& step : decision.steps)
    for (const Action& action : step) {
      if (action.verb != Verb::kDelete) continue;
      if (action.key.kind == Kind::kPodClique) ++story.cliques[action.key.name];
      for (const LivePod* pod : observed.pods)
        if (action.key.kind == Kind::kPod && pod->name == action.key.name)
          ++story.pods[*pod->owner_name + "~" + std::to_string(pod->index)];
    }
}

/// Decisions until nothing is left to do; the operator is killed once, after `cut` writes.
Story play(TreeWorld& live, const World& world, const Shape& shape, std::size_t cut) {
  Story story;
  std::size_t written = 0;
  for (int round = 0; round < 120; ++round) {
    const Observed& observed = live.observe();
    Decision decision = decide(world, observed, live.now);
    if (decision.steps.empty() && !decision.next_look) return story;
    const std::size_t size = size_of(decision);
    if (!story.was_cut && written + size > cut) {
      decision = first_of(decision, cut - written);
      story.was_cut = true;
    }
    written += size;
    count(decision, observed, story);
    EXPECT_TRUE(live.carry(world, decision).empty());
    look(live.observe(), shape.pods, shape.replicas, story);
    live.turn_the_wheels();
    live.now = live.now.plus(kSecond);
  }
  ADD_FAILURE() << "no rest after a crash behind write " << cut;
  return story;
}

Shape shape_of_all() {
  Shape shape{.pods = 3, .min_pods = 1, .replicas = 3, .min_replicas = 1};
  shape.delay = "10s";
  return shape;
}

TEST(Crash, BehindAnyWriteOfAnUpdateChangesNothing) {
  Shape shape = shape_of_all();
  const Compiled old(shape);
  shape.image_a = shape.image_b = "app:2";
  const Compiled now(shape);
  std::size_t cut = 0;
  for (bool was_cut = true; was_cut; ++cut) {
    TreeWorld live;
    live.apply_set(old.tree);
    ASSERT_LT(live.settle(*old.world), 30);
    live.now = live.now.plus(60 * kSecond).whole();
    live.apply_set(now.tree);
    const Story story = play(live, *now.world, shape, cut);
    was_cut = story.was_cut;
    SCOPED_TRACE("killed behind write " + std::to_string(cut));
    for (const auto& [name, n] : story.cliques) EXPECT_EQ(n, 1) << name;
    EXPECT_EQ(story.cliques.size(), 6u);
    for (int k = 0; k < 3; ++k) EXPECT_EQ(story.pods.at("s-0-a~" + std::to_string(k)), 1);
    EXPECT_LE(story.most_pods, 1u);
    EXPECT_LE(story.most_replicas, 1u);
    const Observed& observed = live.observe();
    EXPECT_TRUE(observed.set->status.update->ended);
    EXPECT_EQ(observed.set->status.updated, 1);
    for (const LivePod* pod : observed.pods) EXPECT_TRUE(pod->ready) << pod->name;
  }
  EXPECT_GT(cut, 40u);
}

/// Clique a has missed its minimum for longer than the delay.
void breach(TreeWorld& live) {
  Arena& a = live.arena();
  auto text = [&](std::string_view s) { return ir::Value::string(a.copy(s)); };
  for (int k = 0; k < 3; ++k) {
    ObjectKey key;
    ASSERT_TRUE(live.find("Pod", "s-0-a~" + std::to_string(k), key));
    ir::MappingBuilder ready(a), container(a), status(a);
    ready.set("type", text("Ready")).set("status", text("False"));
    ir::MappingBuilder scheduled(a);
    scheduled.set("type", text("PodScheduled")).set("status", text("True"));
    const ir::Value conditions[] = {scheduled.build(), ready.build()};
    container.set("name", text("main"))
        .set("ready", ir::Value::boolean(false))
        .set("started", ir::Value::boolean(true));
    const ir::Value containers[] = {container.build()};
    status.set("conditions", ir::make_sequence(a, conditions))
        .set("containerStatuses", ir::make_sequence(a, containers))
        .set("phase", text("Running"));
    live.patch(key, nest(a, {"status"}, status.build()));
  }
  const ObjectKey key{Kind::kPodClique, "s-0-a"};
  const std::string since = time_text(live.now.plus(-11 * kSecond));
  ir::MappingBuilder scheduled(a), breached(a);
  scheduled.set("type", text("PodCliqueScheduled")).set("status", text("True")).set("lastTransitionTime", text(since));
  breached.set("type", text("MinAvailableBreached")).set("status", text("True")).set("lastTransitionTime", text(since));
  breached.set("reason", text("InsufficientReadyPods"));
  const ir::Value conditions[] = {scheduled.build(), breached.build()};
  live.patch(key, nest(a, {"status", "conditions"}, ir::make_sequence(a, conditions)));
}

TEST(Crash, BehindAnyWriteOfARecycleRecyclesAllOnce) {
  const Shape shape = shape_of_all();
  const Compiled set(shape);
  std::size_t cut = 0;
  for (bool was_cut = true; was_cut; ++cut) {
    TreeWorld live;
    live.apply_set(set.tree);
    ASSERT_LT(live.settle(*set.world), 30);
    live.now = live.now.plus(60 * kSecond).whole();
    breach(live);
    const Story story = play(live, *set.world, shape, cut);
    was_cut = story.was_cut;
    SCOPED_TRACE("killed behind write " + std::to_string(cut));
    EXPECT_EQ(story.cliques.size(), 7u);
    for (const auto& [name, n] : story.cliques) EXPECT_EQ(n, 1) << name;
    for (const LivePod* pod : live.observe().pods) EXPECT_TRUE(pod->ready) << pod->name;
  }
  EXPECT_GT(cut, 20u);
}

}  // namespace
}  // namespace grovec::decide::testing
