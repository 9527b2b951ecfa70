// Standing properties of `decide`: it comes to rest, from any world in the same place, in few rounds, and says the same
// thing twice. Worlds are generated; the carrier is the tree world, which shares no code with `settle`.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <random>
#include <regex>

#include "ir/value/writer.h"
#include "runtime/decide/parts.h"
#include "runtime/decide/patch.h"
#include "runtime/driver/compile.h"
#include "tests/decide_world/tree_world.h"
#include "tests/unit/support/folder.h"

namespace grovec::decide {
namespace {

using ::grovec::testing::Folder;
using ::grovec::testing::TreeWorld;
using ir::Value;

using Random = std::mt19937;
int pick(Random& r, int low, int high) { return std::uniform_int_distribution<int>(low, high)(r); }

// What a generated set may look like; changed by "the user" in the middle of a test.
struct Wish {
  int set_replicas = 1;
  std::vector<std::array<int, 2>> standalone;                                          // pods, minimum
  std::vector<std::pair<std::array<int, 2>, std::vector<std::array<int, 2>>>> groups;  // replicas, minimum; members
  std::vector<int> images;                                                             // by clique
  std::string strategy = "RollingRecreate";
};

Wish make_wish(Random& r) {
  Wish w;
  w.set_replicas = pick(r, 1, 2);
  auto sizes = [&](int most) {
    const int pods = pick(r, 1, most);
    return std::array<int, 2>{pods, pick(r, 1, pods)};
  };
  for (int n = pick(r, 0, 2); n > 0; --n) w.standalone.push_back(sizes(3));
  for (int n = pick(r, w.standalone.empty() ? 1 : 0, 2); n > 0; --n) {
    auto& g = w.groups.emplace_back(sizes(3), std::vector<std::array<int, 2>>{});
    for (int k = pick(r, 1, 2); k > 0; --k) g.second.push_back(sizes(2));
  }
  w.images.assign(10, 1);
  return w;
}

std::string manifest(const Wish& w) {
  std::string cliques, groups;
  int n = 0;
  auto clique = [&](std::array<int, 2> size) {
    cliques += fmt::format(
        "    - name: c{0}\n      spec:\n        roleName: c{0}\n        replicas: {1}\n        minAvailable: {2}\n"
        "        podSpec:\n          containers:\n          - name: main\n            image: app:{3}\n",
        n, size[0], size[1], w.images[static_cast<std::size_t>(n)]);
    return fmt::format("c{}", n++);
  };
  for (const auto& s : w.standalone) clique(s);
  for (std::size_t g = 0; g < w.groups.size(); ++g) {
    std::string names;
    for (const auto& s : w.groups[g].second) names += (names.empty() ? "" : ", ") + clique(s);
    groups += fmt::format("    - name: g{}\n      cliqueNames: [{}]\n      replicas: {}\n      minAvailable: {}\n", g,
                          names, w.groups[g].first[0], w.groups[g].first[1]);
  }
  if (!groups.empty()) groups = "    podCliqueScalingGroups:\n" + groups;
  return fmt::format(
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata:\n  name: s\nspec:\n  replicas: {}\n"
      "  updateStrategy:\n    type: {}\n  template:\n    cliques:\n{}{}",
      w.set_replicas, w.strategy, cliques, groups);
}

struct Compiled {
  Folder folder;
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<World> world;
  Value tree;
};

std::unique_ptr<Compiled> compile(const Wish& w) {
  auto out = std::make_unique<Compiled>();
  std::ofstream(out->folder.path + "/in.yaml") << manifest(w);
  driver::CompileRequest request;
  request.operands = {out->folder.path + "/in.yaml"};
  request.owner_references = true;
  auto result = driver::compile(request);
  EXPECT_TRUE(result);
  out->compilation = std::move(*result);
  EXPECT_FALSE(out->compilation->failed()) << manifest(w);
  const driver::CompiledSet& set = *out->compilation->sets.at(0);
  out->world = std::make_unique<World>(set.module.desired, set.plan);
  out->tree = set.module.defaulted;
  return out;
}

// Everything that has to be equal, one line for each object; no times, no uids, pods by index.
std::vector<std::string> summary(const Observed& o) {
  Arena a;
  const std::regex time("\"[0-9-]+T[0-9:]+Z\"");
  auto status = [&](const auto& live) {
    return std::regex_replace(ir::to_text(to_value(live.status, a), ir::Format::kJson), time, "\"T\"");
  };
  std::vector<std::string> out;
  auto line = [&](std::string_view kind, const LiveMeta& m, const Value& spec, const std::string& text) {
    out.push_back(fmt::format("{} {} {} {} {} {}", kind, m.name, ir::to_text(m.labels, ir::Format::kJson),
                              ir::to_text(m.annotations, ir::Format::kJson), ir::to_text(spec, ir::Format::kJson),
                              text));
  };
  line("set", o.set->meta, Value::null(),
       std::regex_replace(status(*o.set), std::regex(",?\"updateProgress\":.*?\\}\\]?\\}"), ""));
  for (const LiveGroup* g : o.groups) line("group", g->meta, g->spec, status(*g));
  for (const LiveClique* c : o.cliques)
    line("clique", c->meta, c->spec, std::regex_replace(status(*c), std::regex("\"completed\":[^\\]]*\\],?"), ""));
  for (const LiveGang* g : o.gangs) {
    std::string members;
    for (const GangMember& m : g->members) members += fmt::format("{}:{}/{} ", m.name, m.pods.size(), m.min_replicas);
    line("gang", g->meta, Value::null(), members + status(*g));
  }
  for (const LiveObject* x : o.objects)
    out.push_back(fmt::format("object {}/{}", ir::info_of(x->kind).kind, x->meta.name));
  for (const LivePod* p : o.pods)
    out.push_back(fmt::format("pod {}~{} {} ready={} gated={} marked={}", *p->hostname_clique, p->index,
                              p->template_hash ? *p->template_hash : "", p->ready, p->gated, p->is_marked()));
  std::sort(out.begin(), out.end());
  return out;
}

void expect_same(const std::vector<std::string>& a, const std::vector<std::string>& b, const std::string& what) {
  std::vector<std::string> only_a, only_b;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only_a));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(only_b));
  EXPECT_TRUE(only_a.empty() && only_b.empty()) << what << "\n  " << fmt::format("{}", fmt::join(only_a, "\n  "))
                                                << "\n but\n  " << fmt::format("{}", fmt::join(only_b, "\n  "));
}

// Every wanted pod is there once and Ready, each PodClique has as many as it asks for.
void expect_whole(const Observed& o, const std::string& what) {
  for (const LiveClique* c : o.cliques) {
    std::set<int> indices;
    for (const LivePod* p : o.pods)
      if (p->owner_uid && *p->owner_uid == c->meta.uid) {
        EXPECT_TRUE(p->ready && !p->gated && !p->is_marked()) << what << ": " << p->name;
        EXPECT_TRUE(indices.insert(p->index).second) << what << ": two pods of index " << p->index;
      }
    EXPECT_EQ(indices.size(), static_cast<std::size_t>(c->replicas)) << what << ": " << c->meta.name;
    EXPECT_EQ(c->status.ready, c->replicas) << what << ": " << c->meta.name;
  }
}

// By parts, as on everything.
Decision decide_both_ways(Parts& parts, const World& compiled, TreeWorld& world) {
  const Observed& observed = world.observe();
  Decision decision = parts.decide(compiled, observed, world.now);
  EXPECT_TRUE(equal(decision, decide(compiled, observed, world.now)));
  return decision;
}

// Rounds with writes until nothing is to be written for a moment, waits left out.
int rounds_of(TreeWorld& world, const World& compiled) {
  int rounds = 0;
  Parts parts;
  for (int n = 0; n < 100; ++n) {
    const Decision d = decide_both_ways(parts, compiled, world);
    bool writes = false;
    for (const Step& step : d.steps)
      for (const Action& a : step) writes = writes || a.verb != Verb::kPatchStatus;
    rounds += writes;
    if (d.steps.empty() && !d.next_look) return rounds;
    EXPECT_EQ(world.carry(compiled, d), std::vector<std::string>{});
    world.turn_the_wheels();
    world.now = d.steps.empty() ? *d.next_look : world.now.plus(kSecond / 10);
  }
  ADD_FAILURE() << "no rest";
  return 100;
}

ObjectKey any_of_kind(Random& r, TreeWorld& world, Kind kind) {
  std::vector<ObjectKey> keys;
  for (const auto& [key, tree] : world.objects())
    if (key.kind == kind) keys.push_back(key);
  return keys.empty() ? ObjectKey{} : keys[static_cast<std::size_t>(pick(r, 0, static_cast<int>(keys.size()) - 1))];
}

Value text_patch(Arena& a, std::initializer_list<std::string_view> path, std::string_view text) {
  return nest(a, path, Value::string(a.copy(text)));
}

// One thing that people, nodes or other controllers do.
std::string disturb(Random& r, TreeWorld& world) {
  Arena& a = world.arena();
  const int what = pick(r, 0, 11);
  auto remove = [&](Kind kind) {
    const ObjectKey key = any_of_kind(r, world, kind);
    if (!key.name.empty()) world.mark(key);
    return "delete " + key.name;
  };
  switch (what) {
    case 0:
    case 1:
      return remove(Kind::kPod);
    case 2:
      return remove(Kind::kPodClique);
    case 3:
      return remove(Kind::kPodGang);
    case 4:
      return remove(Kind::kService);
    case 5:
      return remove(Kind::kPodCliqueScalingGroup);
    case 6: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPod);
      world.patch(key, text_patch(a, {"status", "phase"}, "Failed"));
      return "failed " + key.name;
    }
    case 7: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPod);
      world.patch(key, text_patch(a, {"metadata", "labels", "grove.io/podclique"}, "other"));
      return "label of " + key.name;
    }
    case 8: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPodClique);
      if (!key.name.empty()) world.patch(key, nest(a, {"spec", "replicas"}, Value::integer(pick(r, 1, 4))));
      return "scale " + key.name;
    }
    case 9: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPodCliqueScalingGroup);
      if (!key.name.empty()) world.patch(key, nest(a, {"spec", "replicas"}, Value::integer(pick(r, 3, 4))));
      return "scale " + key.name;
    }
    case 10: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPod);
      world.patch(key, nest(a, {"metadata", "ownerReferences"}, Value::null()));
      return "orphan " + key.name;
    }
    default: {
      const ObjectKey key = any_of_kind(r, world, Kind::kPodClique);
      if (!key.name.empty()) world.patch(key, text_patch(a, {"metadata", "labels", "app.kubernetes.io/name"}, "x"));
      return "label of " + key.name;
    }
  }
}

class SettleTest : public ::testing::TestWithParam<int> {};

TEST_P(SettleTest, creation_takes_few_rounds_and_comes_to_rest) {
  Random r(static_cast<unsigned>(GetParam()));
  const Wish wish = make_wish(r);
  const auto compiled = compile(wish);
  TreeWorld world;
  world.apply_set(compiled->tree);
  const std::string what = manifest(wish);
  const Observed start = world.observe();
  const Settled settled = settle(*compiled->world, start, world.now);
  const std::vector<std::string> wanted = summary(settled.observed);
  const Decision d = decide(*compiled->world, settled.observed, world.now.plus(3600 * kSecond));
  EXPECT_TRUE(d.empty()) << what;
  EXPECT_FALSE(d.next_look) << what;
  EXPECT_LE(rounds_of(world, *compiled->world), 6) << what;
  const Observed& end = world.observe();
  expect_whole(end, what);
  expect_same(wanted, summary(end), what);
}

TEST_P(SettleTest, any_world_ends_in_settle) {
  Random r(static_cast<unsigned>(GetParam()));
  Wish wish = make_wish(r);
  auto compiled = compile(wish);
  TreeWorld world;
  world.apply_set(compiled->tree);
  world.settle(*compiled->world, 60);
  std::vector<std::unique_ptr<Compiled>> older;
  std::string what = manifest(wish);
  Parts parts;
  for (int turn = pick(r, 1, 4); turn > 0; --turn) {
    if (pick(r, 0, 2) == 0) {
      ++wish.images[static_cast<std::size_t>(pick(r, 0, 3))];
      wish.set_replicas = pick(r, 1, 2);
      if (pick(r, 0, 3) == 0) wish.strategy = wish.strategy == "OnDelete" ? "RollingRecreate" : "OnDelete";
      older.push_back(std::move(compiled));
      compiled = compile(wish);
      world.apply_set(compiled->tree);
      what += "\nthen " + wish.strategy + fmt::format(" {} x ", wish.set_replicas) +
              fmt::format("{}", fmt::join(wish.images, " "));
    }
    what += "\n" + disturb(r, world);
    const Decision one = decide_both_ways(parts, *compiled->world, world);
    if (pick(r, 0, 1)) {
      world.carry(*compiled->world, one);
      world.turn_the_wheels();
      world.now = world.now.plus(kSecond / 2);
    }
  }
  const Observed start = world.observe();
  std::vector<std::shared_ptr<const void>> kept;  // `observe` lets go of what it gave before
  const Settled settled = settle(*compiled->world, start, world.now);
  const std::vector<std::string> wanted = summary(settled.observed);
  const Decision rest = decide(*compiled->world, settled.observed, world.now.plus(3600 * kSecond));
  EXPECT_TRUE(rest.steps.empty()) << what;
  for (int n = 0; n < 10; ++n) {
    const Decision d = decide_both_ways(parts, *compiled->world, world);
    world.carry(*compiled->world, d);
    world.turn_the_wheels();
    world.now = world.now.plus(kSecond / 10);
  }
  EXPECT_LT(world.settle(*compiled->world, 400), 400) << what;
  const Observed& end = world.observe();
  expect_whole(end, what);
  expect_same(wanted, summary(end), what);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SettleTest, ::testing::Range(1, 41));

}  // namespace
}  // namespace grovec::decide
