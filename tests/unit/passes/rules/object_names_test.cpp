// Names that two objects can share: found if and only if writing out all names finds them.
#include "passes/rules/object_names.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace grovec::passes {
namespace {

using namespace ir;

// All names of a pattern.
std::set<std::string> written_out(const ObjectName& n) {
  std::set<std::string> out;
  auto has = [&](Hole hole) {
    for (const Piece& p : n.name.pieces())
      if (p.is_hole && p.hole == hole) return true;
    return false;
  };
  auto count = [&](Hole hole, std::uint32_t limit) { return has(hole) ? limit : 1; };
  for (Instance i; i.set_replica < count(Hole::kSetReplica, n.limits.set_replica); ++i.set_replica)
    for (i.group_replica = 0; i.group_replica < count(Hole::kGroupReplica, n.limits.group_replica); ++i.group_replica)
      for (i.scaled_gang = 0; i.scaled_gang < count(Hole::kScaledGang, n.limits.scaled_gang); ++i.scaled_gang)
        for (i.pod_index = 0; i.pod_index < count(Hole::kPodIndex, n.limits.pod_index); ++i.pod_index)
          out.insert(name_text(n.name, i));
  return out;
}

// Each name that an earlier one of its kind can be equal to.
std::set<const ObjectName*> expected(const std::vector<ObjectName>& names) {
  std::set<const ObjectName*> out;
  std::map<std::pair<std::string_view, std::string>, const ObjectName*> seen;
  for (const ObjectName& n : names)
    for (const std::string& text : written_out(n))
      if (!seen.try_emplace({n.kind, text}, &n).second) out.insert(&n);
  return out;
}

// Parts with numbers in them, so that names meet often.
PodCliqueSet random_set(std::mt19937& random) {
  static const std::string_view kParts[] = {"a",     "b", "b-a",   "a-b",   "a-0", "0-a",
                                            "a-1-b", "1", "a-0-a", "b-0-1", "a-01"};
  const std::size_t parts = random() % 3 == 0 ? 4 : std::size(kParts);  // some sets have no numbers
  auto part = [&] { return kParts[random() % parts]; };
  auto sharing = [&] {
    std::vector<SharingEntry> out;
    while (random() % 3 == 0) {
      SharingEntry e;
      e.name = random() % 2 ? part() : std::string_view("all-a");
      e.scope = random() % 2 ? SharingScope::kAllReplicas : SharingScope::kPerReplica;
      out.push_back(e);
    }
    return out;
  };
  PodCliqueSet set;
  set.name = part();
  set.replicas = static_cast<std::int32_t>(random() % 3);
  set.sharing = sharing();
  for (std::uint32_t g = 0, n = random() % 3; g < n; ++g) {
    ScalingGroup group;
    group.name = part();
    group.index = g;
    group.replicas = static_cast<std::int32_t>(random() % 4);
    group.min_available = static_cast<std::int32_t>(random() % 3);
    group.sharing = sharing();
    if (random() % 2) group.auto_scaling.emplace();
    if (!set.find_group(group.name)) set.groups.add(group);
  }
  for (std::uint32_t c = 0, n = 1 + random() % 4; c < n; ++c) {
    Clique clique;
    clique.name = part();
    clique.index = c;
    clique.replicas = static_cast<std::int32_t>(random() % 4);
    clique.sharing = sharing();
    if (set.groups.size() > 0 && random() % 2) clique.group = set.groups.id_at(random() % set.groups.size());
    if (random() % 2) clique.auto_scaling.emplace();
    if (!set.find_clique(clique.name)) set.cliques.add(clique);
  }
  return set;
}

TEST(ObjectNames, MeetIfAndOnlyIfTheirTextsDo) {
  std::size_t meeting = 0, all = 0;
  for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    Arena arena;
    const PodCliqueSet a = random_set(random), b = random_set(random);
    std::vector<ObjectName> names = object_names(arena, a, declared_scale(a));
    const std::vector<ObjectName> others = object_names(arena, b, declared_scale(b));
    names.insert(names.end(), others.begin(), others.end());
    std::set<const ObjectName*> found;
    find_same_names(names, [&](const ObjectName& first, const ObjectName& second, const std::string& text) {
      EXPECT_LT(&first, &second);
      EXPECT_TRUE(found.insert(&second).second);
      EXPECT_TRUE(written_out(first).count(text)) << text;
      EXPECT_TRUE(written_out(second).count(text)) << text;
    });
    EXPECT_EQ(found, expected(names)) << "seed " << seed;
    EXPECT_TRUE(can_names_meet(a) || expected(object_names(arena, a, declared_scale(a))).empty()) << "seed " << seed;
    meeting += found.size();
    all += names.size();
  }
  EXPECT_GT(meeting, 500u) << "of " << all << ": the sets are too harmless";
}

TEST(ObjectNames, ManyAlikeAreLookedAtQuickly) {
  Arena arena;
  PodCliqueSet set;
  set.name = "s";
  set.replicas = 2;
  for (std::uint32_t n = 0; n < 40'000; ++n) {
    Clique clique;
    clique.name = arena.copy("worker-" + std::to_string(n) + "-" + std::to_string(n % 7));
    clique.index = n;
    clique.replicas = 1;
    set.cliques.add(clique);
  }
  ScalingGroup group;
  group.name = "worker";
  group.replicas = 5;
  const GroupId id = set.groups.add(group);
  Clique member;
  member.name = "3";
  member.index = 40'000;
  member.replicas = 1;
  member.group = id;
  set.cliques.add(member);
  std::vector<std::string> found;
  find_same_names(object_names(arena, set, declared_scale(set)),
                  [&](const ObjectName&, const ObjectName&, const std::string& text) { found.push_back(text); });
  EXPECT_EQ(found, std::vector<std::string>{"s-0-worker-3-3"});
}

}  // namespace
}  // namespace grovec::passes
