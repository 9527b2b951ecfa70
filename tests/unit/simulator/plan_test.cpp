// Plans against the simulated cluster, with its own API server, kubelets and clock: applying NEW to the world of OLD
// restarts exactly what the plan said. And a plan of a few replicas says the same as one of all of them.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "ir/labels.h"
#include "ir/value/writer.h"
#include "runtime/cli/plan/dump.h"
#include "runtime/plan/plan.h"
#include "tests/simulator/compiling.h"
#include "tests/simulator/people.h"
#include "tests/unit/support/folder.h"

namespace grovec::simulator {
namespace {

using Random = std::mt19937;
int pick(Random& r, int low, int high) { return std::uniform_int_distribution<int>(low, high)(r); }
bool chance(Random& r, int percent) { return pick(r, 0, 99) < percent; }

struct Size {
  int replicas = 1, minimum = 1;
};
struct CliqueWish {
  std::string name;
  Size size;
  int image = 1, note = 0;
  bool has_autoscaler = false;
};
struct GroupWish {
  Size size;
  std::vector<std::string> cliques;
};
struct Wish {
  int set_replicas = 1;
  std::vector<CliqueWish> cliques;
  std::vector<GroupWish> groups;
  std::string strategy = "RollingRecreate", priority, order = "CliqueStartupTypeAnyOrder";
  int label = 0;
};

Size size(Random& r, int most) {
  const int replicas = pick(r, 1, most);
  return {replicas, pick(r, 1, replicas)};
}

Wish make_wish(Random& r, int most) {
  Wish w;
  w.set_replicas = pick(r, 1, most);
  auto add = [&](int pods) {
    CliqueWish& c = w.cliques.emplace_back();
    c.name = fmt::format("c{}", w.cliques.size());
    c.size = size(r, pods);
    return c.name;
  };
  for (int n = pick(r, 0, 2); n > 0; --n) {
    add(most + 1);
    w.cliques.back().has_autoscaler = chance(r, 20);
  }
  for (int n = pick(r, w.cliques.empty() ? 1 : 0, 2); n > 0; --n) {
    GroupWish& g = w.groups.emplace_back();
    g.size = size(r, most + 1);
    for (int k = pick(r, 1, 2); k > 0; --k) g.cliques.push_back(add(2));
  }
  if (chance(r, 25)) w.order = "CliqueStartupTypeInOrder";
  if (chance(r, 20)) w.strategy = "OnDelete";
  return w;
}

void edit(Random& r, Wish& w, int most) {
  CliqueWish& c = w.cliques[static_cast<std::size_t>(pick(r, 0, static_cast<int>(w.cliques.size()) - 1))];
  switch (pick(r, 0, 9)) {
    case 0:
    case 1:
    case 2:
      c.image = 2;
      break;
    case 3:
      for (CliqueWish& each : w.cliques) each.image = 2;
      break;
    case 4:
      w.set_replicas = pick(r, 1, most + 1);
      break;
    case 5:
      c.size.replicas = pick(r, c.size.minimum, c.size.minimum + 2);
      break;
    case 6:
      if (!w.groups.empty()) w.groups[0].size.replicas = w.groups[0].size.minimum + pick(r, 0, 2);
      break;
    case 7:
      w.priority = "high";
      break;
    case 8:
      c.note = 1;
      if (w.order == "CliqueStartupTypeAnyOrder") std::reverse(w.cliques.begin(), w.cliques.end());
      break;
    default:
      w.label = 1;
      w.strategy = chance(r, 50) ? "OnDelete" : "RollingRecreate";
  }
}

std::string json_of(const Wish& w) {
  std::string cliques, groups;
  for (const CliqueWish& c : w.cliques)
    cliques += fmt::format(
        R"({}{{"name":"{}",{}"spec":{{"roleName":"{}","replicas":{},"minAvailable":{},{}"podSpec":{{"containers":[)"
        R"({{"name":"main","image":"app:{}","resources":{{"limits":{{"nvidia.com/gpu":"2"}}}}}}]}}}}}})",
        cliques.empty() ? "" : ",", c.name, c.note ? R"("annotations":{"a":"b"},)" : "", c.name, c.size.replicas,
        c.size.minimum,
        c.has_autoscaler ? fmt::format(R"("autoScalingConfig":{{"minReplicas":{},"maxReplicas":99}},)", c.size.minimum)
                         : "",
        c.image);
  for (std::size_t g = 0; g < w.groups.size(); ++g) {
    std::string names;
    for (const std::string& name : w.groups[g].cliques) names += (names.empty() ? "\"" : ",\"") + name + "\"";
    groups += fmt::format(R"({}{{"name":"g{}","cliqueNames":[{}],"replicas":{},"minAvailable":{}}})", g ? "," : "", g,
                          names, w.groups[g].size.replicas, w.groups[g].size.minimum);
  }
  return fmt::format(
      R"({{"apiVersion":"grove.io/v1alpha1","kind":"PodCliqueSet","metadata":{{"name":"s","namespace":"default",)"
      R"("labels":{{"l":"{}"}}}},"spec":{{"replicas":{},"updateStrategy":{{"type":"{}"}},"template":{{)"
      R"("cliqueStartupType":"{}",{}{}"cliques":[{}]}}}}}})",
      w.label, w.set_replicas, w.strategy, w.order,
      w.priority.empty() ? "" : fmt::format(R"("priorityClassName":"{}",)", w.priority),
      groups.empty() ? "" : fmt::format(R"("podCliqueScalingGroups":[{}],)", groups), cliques);
}

/// Compiled as `grovec plan` does.
struct Compiled {
  Context context;
  ir::ClusterFacts facts;
  std::unique_ptr<driver::CompiledSet> set;
  ir::Value tree;
};
std::unique_ptr<Compiled> compiled(const std::string& text) {
  auto out = std::make_unique<Compiled>();
  out->tree = read_json_text(out->context, text);
  auto set = driver::compile_set(out->context, out->tree, out->facts, {.owner_references = true});
  if (set) out->set = std::move(*set);
  return out;
}

using Pods = std::map<std::string, std::set<std::string>>;  // PodClique -> uids

/// The simulated cluster with one set in it.
class World {
 public:
  explicit World(const ir::Value& manifest)
      : cluster_{.store = simulate::Store(),
                 .environment = simulate::Environment(),
                 .operator_ = std::nullopt,
                 .now = Instant::from_seconds(1'800'000'000),
                 .last_change = Instant::from_seconds(1'800'000'000)} {
    submission_ = submit(manifest, nullptr, surroundings_);
    EXPECT_TRUE(submission_.accepted) << submission_.message;
    if (!submission_.accepted) return;
    EXPECT_TRUE(cluster_.store.create(submission_.stored.root(), cluster_.now).ok());
    cluster_.operator_.emplace("default", "s", make_compiler(surroundings_));
    cluster_.spread();
    rest();
  }
  bool is_good() const { return submission_.accepted; }

  /// False if the API server refuses it.
  bool apply(const ir::Value& manifest) {
    const Submission next = submit(manifest, &submission_.stored.root(), surroundings_);
    if (!next.accepted) return false;
    EXPECT_TRUE(
        cluster_.store.update({Kind::kPodCliqueSet, "default", "s"}, next.stored.root(), {}, cluster_.now).ok());
    cluster_.spread();
    rest();
    return true;
  }
  /// What `kubectl get … -o json` prints of it.
  std::string dump() const {
    Arena arena;
    std::string out = R"({"apiVersion":"v1","kind":"List","items":[)";
    bool first = true;
    for (std::size_t k = 0; k < simulate::kKinds; ++k)
      for (const ObjectPtr& object : cluster_.store.all(static_cast<Kind>(k))) {
        out += (first ? "" : ",") + ir::to_text(simulate::tree_of(*object, arena), ir::Format::kJson);
        first = false;
      }
    return out + "]}";
  }
  Pods pods() const {
    Pods out;
    for (const ObjectPtr& pod : cluster_.store.all(Kind::kPod))
      out[std::string(pod->label(ir::keys::kPodClique))].insert(pod->uid);
    return out;
  }

 private:
  void rest() {
    constexpr std::int64_t kQuiet = 20'000'000'000;
    while (cluster_.now < cluster_.last_change.plus(kQuiet))
      while (cluster_.step(cluster_.last_change.plus(kQuiet)))
        if (cluster_.now >= cluster_.last_change.plus(kQuiet)) break;
  }

  Surroundings surroundings_;
  Submission submission_;
  simulate::Cluster cluster_;
};

std::map<std::string, std::uint64_t> restarts(const Pods& before, const Pods& after) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& [clique, uids] : before) {
    const auto now = after.find(clique);
    if (now == after.end()) continue;
    std::uint64_t gone = 0, born = 0;
    for (const std::string& uid : uids) gone += !now->second.contains(uid);
    for (const std::string& uid : now->second) born += !uids.contains(uid);
    if (const std::uint64_t n = std::min(gone, born)) out[clique] = n;
  }
  return out;
}

std::map<std::string, std::uint64_t> restarts(const plan::SetPlan& p) {
  std::map<std::string, std::uint64_t> out;
  for (const plan::CliquePods& c : p.podcliques) out[c.name] = c.pods;
  return out;
}

// Everything that a plan says about pods, steps and objects, as text.
std::vector<std::string> said(const plan::SetPlan& p) {
  std::vector<std::string> out{fmt::format("{} restarts {}/{} added {}/{} removed {}/{} pending {}/{} down {}/{}/{}",
                                           plan::name_of(p.action), p.restarts.pods, p.restarts.gpus, p.added.pods,
                                           p.added.gpus, p.removed.pods, p.removed.gpus, p.pending.pods, p.pending.gpus,
                                           p.down_at_once.pods, p.down_at_once.gpus, p.gangs_down)};
  for (const plan::CliquePods& c : p.podcliques) out.push_back(fmt::format("{} {}", c.name, c.pods));
  for (const plan::RollStep& s : p.steps)
    out.push_back(fmt::format("step {} {} {} of {}", plan::name_of(s.action), s.name, s.at_once, s.amount.pods));
  std::vector<std::string> objects;
  for (const plan::ObjectChange& o : p.objects)
    objects.push_back(fmt::format("{} {} {}", o.kind, o.name, plan::name_of(o.action)));
  std::sort(objects.begin(), objects.end());
  std::sort(out.begin() + 1, out.end());
  out.insert(out.end(), objects.begin(), objects.end());
  return out;
}

int runs(int usual, int soak) { return std::getenv("GROVEC_PROPERTY_RUNS") ? soak : usual; }

TEST(PlanTest, RestartsWhatTheSimulatedClusterRestarts) {
  int compared = 0, restarting = 0;
  for (int seed = 1; compared < runs(200, 2'000) && !HasFailure(); ++seed) {
    Random r(static_cast<unsigned>(seed));
    const Wish old = make_wish(r, 2);
    Wish next = old;
    for (int n = pick(r, 1, 3); n > 0; --n) edit(r, next, 2);
    const auto a = compiled(json_of(old)), b = compiled(json_of(next));
    ASSERT_TRUE(a->set && a->set->is_planned) << json_of(old);
    if (!b->set->is_planned) continue;
    World world(a->tree);
    ASSERT_TRUE(world.is_good());
    const Pods before = world.pods();
    if (!world.apply(b->tree)) continue;
    const plan::SetPlan p = plan::plan_of({a->set.get(), b->set.get(), nullptr});
    const auto wanted = restarts(before, world.pods());
    ASSERT_EQ(restarts(p), wanted) << "seed " << seed << "\n" << json_of(old) << "\n" << json_of(next);
    ++compared;
    restarting += !wanted.empty();
  }
  EXPECT_GT(restarting, compared / 3);
}

TEST(PlanTest, FewReplicasSayTheSameAsAll) {
  int compared = 0;
  for (int seed = 1; compared < runs(200, 2'000) && !HasFailure(); ++seed) {
    Random r(static_cast<unsigned>(seed));
    const Wish old = make_wish(r, 4);
    Wish next = old;
    for (int n = pick(r, 1, 3); n > 0; --n) edit(r, next, 4);
    const auto a = compiled(json_of(old)), b = compiled(json_of(next));
    if (!b->set->is_planned) continue;
    const plan::Pair pair{a->set.get(), b->set.get(), nullptr};
    ASSERT_EQ(said(plan::plan_of(pair, {.shrinks = true, .shrinks_always = true})),
              said(plan::plan_of(pair, {.shrinks = false})))
        << "seed " << seed << "\n"
        << json_of(old) << "\n"
        << json_of(next);
    ++compared;
  }
}

struct Dumped {
  explicit Dumped(const World& world) {
    std::ofstream(folder.path + "/dump.json") << world.dump();
    const Result<Done> done = dump.read(folder.path + "/dump.json");
    EXPECT_TRUE(done);
  }
  ::grovec::testing::Folder folder;
  cli::Dump dump;
};

TEST(PlanTest, ADumpOfAWorldAtRestSaysTheSame) {
  int compared = 0;
  for (int seed = 1; compared < runs(60, 500) && !HasFailure(); ++seed) {
    Random r(static_cast<unsigned>(seed));
    const Wish old = make_wish(r, 2);
    Wish next = old;
    for (int n = pick(r, 1, 3); n > 0; --n) edit(r, next, 2);
    const auto a = compiled(json_of(old)), b = compiled(json_of(next));
    if (!b->set->is_planned) continue;
    World world(a->tree);
    const Dumped dumped(world);
    const Pods before = world.pods();
    if (!world.apply(b->tree)) continue;
    const decide::Observed live = dumped.dump.world_of("default", "s");
    ASSERT_NE(live.set, nullptr);
    const plan::SetPlan p = plan::plan_of({a->set.get(), b->set.get(), &live});
    ASSERT_EQ(restarts(p), restarts(before, world.pods())) << "seed " << seed << "\n" << json_of(old) << json_of(next);
    ++compared;
  }
}

// The recording od9-switch-strategy: pc-a is changed under OnDelete, RollingRecreate starts nothing, and the next
// change, of pc-b, rolls every clique that is old.
TEST(PlanTest, ADumpOfAHalfDoneUpdateRollsWhatTheRecordingRolled) {
  Wish w;
  w.cliques = {{"pc-a", {2, 2}}, {"pc-b", {1, 1}}, {"pc-c", {3, 3}}};
  w.groups = {{{2, 2}, {"pc-b", "pc-c"}}};
  w.strategy = "OnDelete";
  const auto first = compiled(json_of(w));
  World world(first->tree);
  w.cliques[0].image = 2;
  ASSERT_TRUE(world.apply(compiled(json_of(w))->tree));
  w.strategy = "RollingRecreate";
  const auto before = compiled(json_of(w));
  ASSERT_TRUE(world.apply(before->tree));
  const Dumped dumped(world);
  w.cliques[1].image = 2;
  const auto after = compiled(json_of(w));
  const decide::Observed live = dumped.dump.world_of("default", "s");
  const plan::SetPlan p = plan::plan_of({before->set.get(), after->set.get(), &live});
  EXPECT_EQ(
      restarts(p),
      (std::map<std::string, std::uint64_t>{
          {"s-0-pc-a", 2}, {"s-0-g0-0-pc-b", 1}, {"s-0-g0-0-pc-c", 3}, {"s-0-g0-1-pc-b", 1}, {"s-0-g0-1-pc-c", 3}}));
}

}  // namespace
}  // namespace grovec::simulator
