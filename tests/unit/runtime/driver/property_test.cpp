// What holds for every set: names, gangs, counts, references, bytes. GROVEC_PROPERTY_RUNS raises the number of sets.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "backends/splice.h"
#include "ir/base/render.h"
#include "runtime/driver/compile.h"
#include "runtime/output/emit.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

using namespace ir;

std::uint64_t runs() {
  const char* n = std::getenv("GROVEC_PROPERTY_RUNS");
  return n ? std::strtoull(n, nullptr, 10) : 500;
}

std::string generated(std::uint64_t seed, bool shuffle_keys = false) {
  return testing::generate_set(seed, {.shuffle_keys = shuffle_keys, .topology = true, .mnnvl = true});
}

std::unique_ptr<Compilation> compile_text(const std::string& sets) {
  auto c = std::make_unique<Compilation>();
  c->environment.config.auto_mnnvl = true;
  CompileRequest request;
  request.owner_references = true;
  const std::string text = sets + "---\n" + testing::kGeneratedBinding;
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
  enumerate(set.plan, set.world, [&](const Description& d, const Instance& n) {
    Value v = instantiate(d.tree, n, set.world, arena);
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
      } else {
        const std::string domain(claim["resourceClaimTemplateName"].as_string());
        EXPECT_TRUE(w.objects.count({"ComputeDomain", domain})) << domain;
      }
    if (key.first != "Pod") continue;
    std::set<std::string_view> claims;
    for (const Value& claim : v["spec"]["resourceClaims"].items())
      EXPECT_TRUE(claims.insert(claim["name"].as_string()).second) << claim["name"].as_string();
    for (const Value& container : v["spec"]["containers"].items())
      for (const Value& claim : container["resources"]["claims"].items())
        EXPECT_TRUE(claims.count(claim["name"].as_string())) << claim["name"].as_string();
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

// reference: expansion 8, in template values.
std::uint64_t expected_claims(const PodCliqueSet& s) {
  auto of = [](const std::vector<SharingEntry>& entries, std::int32_t owners, std::int32_t replicas) {
    std::uint64_t n = 0;
    for (const SharingEntry& e : entries)
      n += static_cast<std::uint64_t>(owners) *
           static_cast<std::uint64_t>(e.scope == SharingScope::kPerReplica ? replicas : 1);
    return n;
  };
  std::uint64_t n = of(s.sharing, 1, s.replicas);
  for (const ScalingGroup& g : s.groups) n += of(g.sharing, s.replicas, g.replicas);
  for (const Clique& c : s.cliques)
    n += of(c.sharing, s.replicas * (c.group ? s.groups[*c.group].replicas : 1), c.replicas);
  return n;
}

// reference: expansion 9: the first layer with the annotation decides.
std::uint64_t expected_compute_domains(const PodCliqueSet& s) {
  auto group_in = [](const Value* annotations) -> const Value* {
    return annotations ? annotations->find("grove.io/mnnvl-group") : nullptr;
  };
  auto has_gpu = [](const Clique& c) {
    for (std::string_view list : {"containers", "initContainers"})
      for (const Value& container : (*c.pod_spec)[list].items())
        if (container["resources"]["limits"].find("nvidia.com/gpu")) return true;
    return false;
  };
  std::set<std::string_view> groups;
  for (const Clique& c : s.cliques) {
    const Value* group = group_in(c.annotations);
    if (!group && c.group) group = group_in(s.groups[*c.group].annotations);
    if (!group) group = group_in(s.annotations);
    if (group && group->as_string() != "none" && has_gpu(c)) groups.insert(group->as_string());
  }
  return groups.size() * static_cast<std::uint64_t>(s.replicas);
}

// reference: expansion 10: only keys of the binding, and the binding's name where there is a constraint.
void expect_topology(const World& w) {
  static const std::set<std::string_view> kKeys = {"example.com/zone", "example.com/block", "example.com/rack",
                                                   "kubernetes.io/hostname"};
  for (const auto& [key, v] : w.objects) {
    if (key.first != "PodGang") continue;
    std::size_t constraints = 0;
    auto look_at = [&](const Value& owner) {
      const Value* constraint = owner.find("topologyConstraint");
      if (!constraint) return;
      ++constraints;
      const Value& pack = (*constraint)["packConstraint"];
      EXPECT_GT(pack.size(), 0u) << key.second;
      for (std::string_view kind : {"required", "preferred"})
        if (pack.find(kind)) {
          EXPECT_TRUE(kKeys.count(pack[kind].as_string())) << pack[kind].as_string();
        }
    };
    look_at(v["spec"]);
    std::set<std::string_view> groups;
    for (const Value& group : v["spec"]["podgroups"].items()) {
      look_at(group);
      groups.insert(group["name"].as_string());
    }
    for (const Value& config : v["spec"]["topologyConstraintGroupConfigs"].items()) {
      look_at(config);
      EXPECT_GT(config["podGroupNames"].size(), 0u);
      for (const Value& name : config["podGroupNames"].items())
        EXPECT_EQ(groups.count(name.as_string()), 1u) << name.as_string();
    }
    const Value* topology = v["metadata"]["annotations"].find("grove.io/topology-name");
    EXPECT_EQ(topology != nullptr, constraints > 0) << key.second;
    if (topology) {
      EXPECT_EQ(topology->as_string(), "fabric");
    }
  }
}

void expect_totals(const CompiledSet& set, const World& w) {
  const Totals t = totals_of(set.world);
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [key, v] : w.objects) ++counted[key.first];
  EXPECT_EQ(counted["Pod"], t.pods);
  EXPECT_EQ(counted["PodClique"], t.pod_cliques);
  EXPECT_EQ(counted["PodCliqueScalingGroup"], t.scaling_groups);
  EXPECT_EQ(counted["PodGang"], t.base_gangs + t.scaled_gangs);
  EXPECT_EQ(counted["Service"], t.set_replicas);
  EXPECT_EQ(counted["HorizontalPodAutoscaler"], t.autoscalers);
  EXPECT_EQ(counted["ResourceClaim"], t.claims);
  EXPECT_EQ(counted["ComputeDomain"], t.compute_domains);
  EXPECT_EQ(w.objects.size(), t.objects);
  // reference: expansion 14.1, in template values.
  const PodCliqueSet& s = set.module.spec;
  std::uint64_t pods = 0;
  for (const Clique& c : s.cliques)
    pods += static_cast<std::uint64_t>(c.replicas) *
            (c.group ? static_cast<std::uint64_t>(s.groups[*c.group].replicas) : 1);
  EXPECT_EQ(t.pods, static_cast<std::uint64_t>(s.replicas) * pods);
  EXPECT_EQ(t.claims, expected_claims(s));
  EXPECT_EQ(t.compute_domains, expected_compute_domains(s));
}

void expect_lookup_and_splice(CompiledSet& set) {
  for (Format format : {Format::kYaml, Format::kJson, Format::kJsonPretty}) {
    std::map<const Description*, backends::Splice> splices;
    enumerate(set.plan, set.world, [&](const Description& d, const Instance& n) {
      std::string plain, spliced;
      PlainSink sink(plain, n, &set.world);
      write(d.tree, format, sink);
      auto it = splices.try_emplace(&d, d.tree, format, 0, "", "").first;
      it->second.stream(n, set.world, [&](const char* p, std::size_t size) { spliced.append(p, size); });
      EXPECT_EQ(plain, spliced);
      if (it->second.is_bounded()) {
        std::string bounded(it->second.most_bytes(), '\0');
        bounded.resize(static_cast<std::size_t>(it->second.write(bounded.data(), n, set.world) - bounded.data()));
        EXPECT_EQ(plain, bounded);
      }
      std::optional<ObjectRef> found = find_object(set.plan, set.world, d.kind, name_text(d.name, n));
      EXPECT_TRUE(found) << name_text(d.name, n);
      if (!found) return false;
      EXPECT_EQ(object_text(set.plan.descriptions[found->description], found->instance, set.world, OutputFormat::kYaml),
                object_text(d, n, set.world, OutputFormat::kYaml));
      return true;
    });
  }
}

TEST(EverySet, HasUniqueNamesWholeGangsAndResolvingReferences) {
  std::uint64_t with_claims = 0, with_compute_domains = 0, with_group_constraints = 0;
  for (std::uint64_t seed = 0, n = runs(); seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto c = compile_text(generated(seed));
    ASSERT_EQ(c->sets.size(), 1u);
    Arena arena;
    World w = instantiate_all(*c->sets[0], arena);
    expect_references_resolve(w);
    expect_each_pod_in_one_gang(w);
    expect_topology(w);
    expect_totals(*c->sets[0], w);
    const Totals totals = totals_of(c->sets[0]->world);
    with_claims += totals.claims > 0;
    with_compute_domains += totals.compute_domains > 0;
    for (const auto& [key, v] : w.objects)
      if (v["spec"].find("topologyConstraintGroupConfigs")) {
        ++with_group_constraints;
        break;
      }
  }
  // The generator still reaches everything.
  EXPECT_GT(with_claims, runs() / 10);
  EXPECT_GT(with_compute_domains, runs() / 20);
  EXPECT_GT(with_group_constraints, runs() / 50);
}

TEST(EverySet, PrintsTheSameBytesPlainlyAndSpliced) {
  for (std::uint64_t seed = 0, n = runs() / 5; seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto c = compile_text(generated(seed));
    expect_lookup_and_splice(*c->sets[0]);
  }
}

std::string all_text(Compilation& c) {
  std::string out;
  for (auto& set : c.sets)
    enumerate(set->plan, set->world, [&](const Description& d, const Instance& n) {
      out += object_text(d, n, set->world, OutputFormat::kNdjson);
      return true;
    });
  return out;
}

TEST(EverySet, PrintsTheSameBytesWhateverTheOrderOfItsKeys) {
  for (std::uint64_t seed = 0, n = runs() / 5; seed < n && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    auto a = compile_text(generated(seed));
    auto b = compile_text(generated(seed, true));
    EXPECT_EQ(all_text(*a), all_text(*b));
  }
}

TEST(EverySet, PrintsTheSameBytesWhateverTheOrderOfTheDocuments) {
  for (std::uint64_t seed = 0; seed < 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const std::string a = generated(2 * seed), b = generated(2 * seed + 1);
    auto forward = compile_text(a + "---\n" + b), backward = compile_text(b + "---\n" + a);
    EXPECT_EQ(forward->sets.size(), 2u);
    EXPECT_EQ(all_text(*forward), all_text(*backward));
  }
}

}  // namespace
}  // namespace grovec::driver
