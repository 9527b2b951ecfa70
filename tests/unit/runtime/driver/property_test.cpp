// What holds for every set: names, gangs, counts, references, bytes. GROVEC_PROPERTY_RUNS raises the number of sets.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "backends/splice.h"
#include "ir/base/render.h"
#include "runtime/driver/compile.h"
#include "runtime/driver/emit.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

using namespace ir;

std::uint64_t runs() {
  const char* n = std::getenv("GROVEC_PROPERTY_RUNS");
  return n ? std::strtoull(n, nullptr, 10) : 500;
}

std::unique_ptr<Compilation> compile_text(const std::string& text, std::vector<std::string> assume = {}) {
  auto c = std::make_unique<Compilation>();
  CompileRequest request;
  request.owner_references = true;
  request.assume_replicas = std::move(assume);
  Result<Done> done = compile_documents(*c, request, *load_text(c->context, "set.yaml", text, {}));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  std::string findings;
  render_all(c->context, {}, findings);
  EXPECT_FALSE(c->failed()) << findings << text;
  return c;
}

using Key = std::pair<std::string, std::string>;

struct World {
  std::map<Key, Value> objects;  // by kind and name
  std::size_t pods = 0;
};

World instantiate_all(CompiledSet& set, Arena& arena) {
  World w;
  enumerate(set.plan, set.module.desired, [&](const Description& d, const Instance& n) {
    Value v = instantiate(d.tree, n, set.module.desired, arena);
    Key key{std::string(v["kind"].as_string()), std::string(v["metadata"]["name"].as_string())};
    EXPECT_TRUE(w.objects.emplace(key, v).second) << "twice: " << key.first << " " << key.second;
    w.pods += d.kind == ObjectKind::kPod;
    return true;
  });
  return w;
}

void expect_references_resolve(const World& w) {
  for (const auto& [key, v] : w.objects) {
    EXPECT_LE(key.second.size(), kMaxDnsSubdomain);
    for (const Value& owner : v["metadata"]["ownerReferences"].items()) {
      if (owner["kind"].as_string() == "PodCliqueSet") continue;
      Key k{std::string(owner["kind"].as_string()), std::string(owner["name"].as_string())};
      EXPECT_TRUE(w.objects.count(k)) << key.second << " is owned by missing " << k.second;
    }
    for (const Value& name : v["spec"]["startsAfter"].items())
      EXPECT_TRUE(w.objects.count({"PodClique", std::string(name.as_string())})) << name.as_string();
    for (const Value& claim : v["spec"]["resourceClaims"].items())
      if (const Value* name = claim.find("resourceClaimName")) {
        EXPECT_TRUE(w.objects.count({"ResourceClaim", std::string(name->as_string())})) << name->as_string();
      }
    if (key.first != "Pod") continue;
    EXPECT_LE(v["spec"]["hostname"].size(), kMaxDnsLabel);
    EXPECT_TRUE(w.objects.count({"Service", std::string(v["spec"]["subdomain"].as_string())}));
  }
}

void expect_each_pod_in_one_gang(const World& w) {
  std::map<std::string, std::string> gang_of;
  for (const auto& [key, v] : w.objects) {
    if (key.first != "PodGang") continue;
    for (const Value& group : v["spec"]["podgroups"].items()) {
      std::string before;
      for (const Value& ref : group["podReferences"].items()) {
        std::string pod(ref["name"].as_string());
        EXPECT_LT(before, pod) << "podReferences are sorted";
        before = pod;
        EXPECT_TRUE(gang_of.emplace(pod, key.second).second) << pod << " is in two gangs";
      }
      const auto clique = w.objects.find({"PodClique", std::string(group["name"].as_string())});
      ASSERT_NE(clique, w.objects.end()) << group["name"].as_string();
      EXPECT_EQ(group["minReplicas"].as_int(), clique->second["spec"]["minAvailable"].as_int());
      EXPECT_EQ(static_cast<std::int64_t>(group["podReferences"].size()), clique->second["spec"]["replicas"].as_int());
    }
  }
  EXPECT_EQ(gang_of.size(), w.pods);
  for (const auto& [key, v] : w.objects)
    if (key.first == "Pod") {
      EXPECT_EQ(gang_of[key.second], v["metadata"]["labels"]["grove.io/podgang"].as_string());
    }
}

void expect_totals(const CompiledSet& set, const World& w) {
  const Totals t = totals_of(set.module.desired);
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [key, v] : w.objects) ++counted[key.first];
  EXPECT_EQ(counted["Pod"], t.pods);
  EXPECT_EQ(counted["PodClique"], t.pod_cliques);
  EXPECT_EQ(counted["PodCliqueScalingGroup"], t.scaling_groups);
  EXPECT_EQ(counted["PodGang"], t.base_gangs + t.scaled_gangs);
  EXPECT_EQ(counted["Service"], t.set_replicas);
  EXPECT_EQ(counted["HorizontalPodAutoscaler"], t.autoscalers);
  EXPECT_EQ(counted["ResourceClaim"], t.claims);
  EXPECT_EQ(w.objects.size(), t.objects);
  // reference: expansion 14.1, in template values.
  const PodCliqueSet& s = set.module.spec;
  std::uint64_t pods = 0;
  for (const Clique& c : s.cliques)
    pods += static_cast<std::uint64_t>(c.replicas) *
            (c.group ? static_cast<std::uint64_t>(s.groups[*c.group].replicas) : 1);
  EXPECT_EQ(t.pods, static_cast<std::uint64_t>(s.replicas) * pods);
}

void expect_lookup_and_splice(CompiledSet& set) {
  for (Format format : {Format::kYaml, Format::kJson, Format::kJsonPretty}) {
    std::map<const Description*, backends::Splice> splices;
    enumerate(set.plan, set.module.desired, [&](const Description& d, const Instance& n) {
      std::string plain, spliced;
      PlainSink sink(plain, n, &set.module.desired);
      write(d.tree, format, sink);
      auto it = splices.try_emplace(&d, d.tree, format, 0, "", "").first;
      it->second.stream(n, set.module.desired, [&](const char* p, std::size_t size) { spliced.append(p, size); });
      EXPECT_EQ(plain, spliced);
      if (it->second.is_bounded()) {
        std::string bounded(it->second.most_bytes(), '\0');
        bounded.resize(
            static_cast<std::size_t>(it->second.write(bounded.data(), n, set.module.desired) - bounded.data()));
        EXPECT_EQ(plain, bounded);
      }
      std::optional<ObjectRef> found = find_object(set.plan, set.module.desired, d.kind, name_text(d.name, n));
      EXPECT_TRUE(found) << name_text(d.name, n);
      if (!found) return false;
      EXPECT_EQ(object_text(set.plan.descriptions[found->description], found->instance, set.module.desired,
                            OutputFormat::kYaml),
                object_text(d, n, set.module.desired, OutputFormat::kYaml));
      return true;
    });
  }
}

TEST(EverySet, HasUniqueNamesWholeGangsAndResolvingReferences) {
  for (std::uint64_t seed = 0, n = runs(); seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto c = compile_text(testing::generate_set(seed));
    ASSERT_EQ(c->sets.size(), 1u);
    Arena arena;
    World w = instantiate_all(*c->sets[0], arena);
    expect_references_resolve(w);
    expect_each_pod_in_one_gang(w);
    expect_totals(*c->sets[0], w);
  }
}

TEST(EverySet, PrintsTheSameBytesPlainlyAndSpliced) {
  for (std::uint64_t seed = 0, n = runs() / 5; seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto c = compile_text(testing::generate_set(seed));
    expect_lookup_and_splice(*c->sets[0]);
  }
}

std::string all_text(Compilation& c) {
  std::string out;
  for (auto& set : c.sets)
    enumerate(set->plan, set->module.desired, [&](const Description& d, const Instance& n) {
      out += object_text(d, n, set->module.desired, OutputFormat::kNdjson);
      return true;
    });
  return out;
}

TEST(EverySet, PrintsTheSameBytesWhateverTheOrderOfItsKeys) {
  for (std::uint64_t seed = 0, n = runs() / 5; seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto a = compile_text(testing::generate_set(seed));
    auto b = compile_text(testing::generate_set(seed, {.shuffle_keys = true}));
    EXPECT_EQ(all_text(*a), all_text(*b));
  }
}

TEST(EverySet, PrintsTheSameBytesWhateverTheOrderOfTheDocuments) {
  for (std::uint64_t seed = 0; seed < 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const std::string a = testing::generate_set(2 * seed), b = testing::generate_set(2 * seed + 1);
    auto forward = compile_text(a + "---\n" + b), backward = compile_text(b + "---\n" + a);
    EXPECT_EQ(forward->sets.size(), 2u);
    EXPECT_EQ(all_text(*forward), all_text(*backward));
  }
}

}  // namespace
}  // namespace grovec::driver
