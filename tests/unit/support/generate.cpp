#include "tests/unit/support/generate.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace grovec::testing {

const char* const kGeneratedBinding =
    "apiVersion: grove.io/v1alpha1\n"
    "kind: ClusterTopologyBinding\n"
    "metadata:\n"
    "  name: fabric\n"
    "spec:\n"
    "  levels:\n"
    "  - {domain: zone, key: example.com/zone}\n"
    "  - {domain: block, key: example.com/block}\n"
    "  - {domain: rack, key: example.com/rack}\n"
    "  - {domain: host, key: kubernetes.io/hostname}\n";

namespace {

// splitmix64: small, and the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  int upto(int most) { return static_cast<int>(next() % static_cast<std::uint64_t>(most + 1)); }
  int between(int least, int most) { return least + upto(most - least); }
  bool chance(int percent) { return upto(99) < percent; }

 private:
  std::uint64_t state_;
};

// A mapping, sequence or scalar that prints as block YAML.
struct Yaml {
  std::string scalar;
  std::vector<Yaml> members;  // each with its key
  std::vector<Yaml> items;
  std::string key;  // of a member

  Yaml& set(std::string key, Yaml value) {
    value.key = std::move(key);
    members.push_back(std::move(value));
    return *this;
  }
  Yaml& set(std::string key, std::string text) { return set(std::move(key), Yaml{std::move(text), {}, {}, {}}); }
  Yaml& set(std::string key, int n) { return set(std::move(key), std::to_string(n)); }
};

void print(Yaml& y, int indent, Random* shuffle, std::string& out, bool inline_first = false) {
  if (shuffle)
    for (std::size_t i = y.members.size(); i > 1; --i)
      std::swap(y.members[i - 1], y.members[static_cast<std::size_t>(shuffle->upto(static_cast<int>(i) - 1))]);
  const std::string blanks(static_cast<std::size_t>(indent), ' ');
  bool first = true;
  for (Yaml& value : y.members) {
    out += (first && inline_first ? "" : blanks) + value.key + ":";
    first = false;
    if (!value.members.empty() || !value.items.empty()) {
      out += '\n';
      print(value, indent + 2, shuffle, out);
    } else {
      out += " " + (value.scalar.empty() ? "{}" : value.scalar) + "\n";
    }
  }
  for (Yaml& item : y.items) {
    out += blanks + "- ";
    if (item.members.empty())
      out += item.scalar + "\n";
    else
      print(item, indent + 2, shuffle, out, true);
  }
}

Yaml text(std::string s) { return {std::move(s), {}, {}, {}}; }

struct CliquePlan {
  std::string name;
  int replicas, min_available;
  int group = -1;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed, const GenerateOptions& o)
      : r_(seed * 7919 + 1), seed_(seed), budget_(static_cast<int>(o.most_pods)) {
    has_topology_ = r_.chance(50) && o.topology;
    has_mnnvl_ = r_.chance(50) && o.mnnvl;
    has_sharing_ = r_.chance(40);
  }

  Yaml run() {
    Yaml metadata;
    metadata.set("name", "s" + std::to_string(seed_ % 100000));
    if (r_.chance(30)) metadata.set("labels", string_map());
    annotate(metadata);
    if (r_.chance(20)) metadata.set("namespace", std::string("ns-a"));
    Yaml spec;
    replicas_ = r_.chance(5) ? 0 : r_.between(1, 3);
    spec.set("replicas", replicas_);
    spec.set("template", set_template());
    Yaml root;
    root.set("apiVersion", std::string("grove.io/v1alpha1")).set("kind", std::string("PodCliqueSet"));
    root.set("metadata", std::move(metadata)).set("spec", std::move(spec));
    return root;
  }

 private:
  Yaml string_map() {
    static const char* const kKeys[] = {"app", "team", "example.com/tier", "grove.io/note", "kubernetes.io/x"};
    static const char* const kValues[] = {"a", "\"1\"", "\"true\"", "x-y", "\"\"", "v1.2"};
    Yaml m;
    for (const char* key : kKeys)
      if (r_.chance(40)) m.set(key, std::string(kValues[r_.upto(5)]));
    return m;
  }

  void annotate(Yaml& owner) {
    Yaml annotations;
    if (r_.chance(30)) annotations = string_map();
    static const char* const kGroups[] = {"nvl-a", "nvl-b", "none"};
    if (has_mnnvl_ && r_.chance(50)) annotations.set("grove.io/mnnvl-group", std::string(kGroups[r_.upto(2)]));
    if (!annotations.members.empty()) owner.set("annotations", std::move(annotations));
  }

  /// A constraint to one of the two levels from `broadest` on.
  void constrain(Yaml& owner, int broadest) {
    static const char* const kDomains[] = {"zone", "block", "rack", "host"};
    if (!has_topology_ || !r_.chance(60)) return;
    Yaml pack;
    const int kinds = r_.upto(2), required = broadest + r_.upto(1);
    if (kinds != 0) pack.set("required", std::string(kDomains[required]));
    if (kinds != 1) pack.set("preferred", std::string(kDomains[broadest + 1]));
    owner.set("topologyConstraint", Yaml().set("topologyName", std::string("fabric")).set("pack", std::move(pack)));
  }

  Yaml claim_templates() {
    Yaml list;
    for (const char* name : {"mps", "imex"}) {
      Yaml requests;
      requests.items.push_back(Yaml()
                                   .set("name", std::string("r"))
                                   .set("exactly", Yaml().set("deviceClassName", std::string("gpu.nvidia.com"))));
      Yaml claim;
      claim.set("devices", Yaml().set("requests", std::move(requests)));
      list.items.push_back(
          Yaml().set("name", std::string(name)).set("templateSpec", Yaml().set("spec", std::move(claim))));
    }
    return list;
  }

  void share(Yaml& owner, const std::string& some_clique, bool may_filter) {
    if (!has_sharing_ || !r_.chance(60)) return;
    Yaml entries;
    for (const char* name : {"mps", "imex"}) {
      if (!r_.chance(60)) continue;
      Yaml entry;
      entry.set("name", std::string(name));
      entry.set("scope", std::string(r_.chance(50) ? "AllReplicas" : "PerReplica"));
      if (may_filter && r_.chance(40)) {
        Yaml names;
        names.items.push_back(text(some_clique));
        entry.set("filter", Yaml().set("childCliqueNames", std::move(names)));
      }
      entries.items.push_back(std::move(entry));
    }
    if (!entries.items.empty()) owner.set("resourceSharing", std::move(entries));
  }

  std::vector<std::string> cliques_of(int g) const {
    std::vector<std::string> names;
    for (const CliquePlan& p : cliques_)
      if (p.group == g) names.push_back(p.name);
    return names;
  }

  Yaml set_template() {
    const int cliques = r_.between(1, 5), groups = r_.upto(2);
    for (int c = 0; c < cliques; ++c) {
      CliquePlan p{"c" + std::to_string(c) + (r_.chance(30) ? "-x" : ""), r_.between(1, 5), 1, -1};
      p.min_available = r_.between(1, p.replicas);
      if (groups > 0 && r_.chance(60)) p.group = r_.upto(groups - 1);
      cliques_.push_back(p);
    }
    Yaml t;
    startup_ = r_.upto(3);
    static const char* const kStartup[] = {"CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder",
                                           "CliqueStartupTypeExplicit"};
    if (startup_ < 3) t.set("cliqueStartupType", std::string(kStartup[startup_]));
    if (r_.chance(20)) t.set("priorityClassName", std::string("prio-high"));
    if (r_.chance(20)) t.set("terminationDelay", std::string("90m"));
    if (r_.chance(20)) t.set("headlessServiceConfig", Yaml().set("publishNotReadyAddresses", std::string("false")));
    Yaml list;
    for (std::size_t c = 0; c < cliques_.size(); ++c) list.items.push_back(clique(c));
    t.set("cliques", std::move(list));
    Yaml configs;
    for (int g = 0; g < groups; ++g) {
      Yaml config = group(g);
      if (!config.members.empty()) configs.items.push_back(std::move(config));
    }
    if (!configs.items.empty()) t.set("podCliqueScalingGroups", std::move(configs));
    constrain(t, 0);
    if (has_sharing_) t.set("resourceClaimTemplates", claim_templates());
    share(t, cliques_.front().name, true);
    return t;
  }

  Yaml clique(std::size_t index) {
    const CliquePlan& p = cliques_[index];
    Yaml spec;
    spec.set("roleName", "r" + std::to_string(index)).set("replicas", p.replicas);
    if (r_.chance(70) || p.min_available != p.replicas) spec.set("minAvailable", p.min_available);
    if (startup_ == 2 && index > 0 && r_.chance(60)) {
      Yaml after;
      for (std::size_t d = 0; d < index; ++d)
        if (r_.chance(50)) after.items.push_back(text(cliques_[d].name));
      if (!after.items.empty()) spec.set("startsAfter", std::move(after));
    }
    if (p.group < 0 && r_.chance(25)) {
      Yaml scaling;
      scaling.set("minReplicas", p.min_available).set("maxReplicas", p.replicas + r_.upto(4));
      spec.set("autoScalingConfig", std::move(scaling));
    }
    spec.set("podSpec", pod_spec());
    Yaml node;
    node.set("name", p.name).set("spec", std::move(spec));
    if (r_.chance(30)) node.set("labels", string_map());
    annotate(node);
    // A clique may be packed as tightly as a host, a group into a block or a rack, a set into a zone or a block: a
    // constraint must not be broader than one around it.
    constrain(node, 2);
    share(node, p.name, false);
    return node;
  }

  Yaml container(int n) {
    Yaml c;
    c.set("name", "main" + std::to_string(n)).set("image", std::string("registry.example.com/engine:1.2"));
    if (r_.chance(40)) {
      Yaml args;
      args.items = {text("\"-c\""), text("\"echo 'it''s' && sleep 1e3\""), text("\"0\""), text("\"two\\nlines\"")};
      c.set("args", std::move(args));
    }
    if (r_.chance(50)) {
      Yaml env;
      static const char* const kNames[] = {"A", "GROVE_PCS_NAME", "GROVE_PCSG_INDEX", "B_2"};
      for (const char* name : kNames)
        if (r_.chance(50))
          env.items.push_back(Yaml().set("name", std::string(name)).set("value", std::string("\"7\"")));
      if (!env.items.empty()) c.set("env", std::move(env));
    }
    if (r_.chance(50)) {
      Yaml limits;
      limits.set("nvidia.com/gpu", r_.between(1, 8)).set("memory", std::string("1.5Gi"));
      Yaml resources;
      resources.set("limits", std::move(limits)).set("requests", Yaml().set("cpu", std::string("0.5")));
      c.set("resources", std::move(resources));
    }
    if (r_.chance(30)) {
      Yaml ports;
      ports.items.push_back(Yaml().set("containerPort", 8000).set("name", std::string("http")));
      c.set("ports", std::move(ports));
    }
    return c;
  }

  Yaml pod_spec() {
    Yaml containers, spec;
    for (int n = 0, count = r_.between(1, 2); n < count; ++n) containers.items.push_back(container(n));
    spec.set("containers", std::move(containers));
    if (r_.chance(15)) {
      Yaml init;
      init.items.push_back(container(9));
      spec.set("initContainers", std::move(init));
    }
    if (r_.chance(25)) {
      Yaml tolerations;
      tolerations.items.push_back(Yaml().set("key", std::string("fake-node")).set("operator", std::string("Exists")));
      spec.set("tolerations", std::move(tolerations));
    }
    if (r_.chance(20)) spec.set("restartPolicy", std::string("Always"));
    return spec;
  }

  Yaml group(int g) {
    Yaml names;
    for (const std::string& name : cliques_of(g)) names.items.push_back(text(name));
    if (names.items.empty()) return {};
    int pods = 0;
    for (const CliquePlan& p : cliques_)
      if (p.group == g) pods += p.replicas;
    const int most = std::max(1, std::min(6, budget_ / std::max(1, pods * std::max(1, replicas_) * 2)));
    const int replicas = r_.between(1, most), minimum = r_.between(1, replicas);
    Yaml config;
    config.set("name", "g" + std::to_string(g)).set("cliqueNames", std::move(names));
    config.set("replicas", replicas).set("minAvailable", minimum);
    if (r_.chance(30)) {
      Yaml scaling;
      scaling.set("minReplicas", minimum).set("maxReplicas", replicas + r_.upto(3));
      config.set("scaleConfig", std::move(scaling));
    }
    annotate(config);
    constrain(config, 1);
    share(config, cliques_of(g).front(), true);
    return config;
  }

  Random r_;
  std::uint64_t seed_;
  int budget_;
  int replicas_ = 1;
  int startup_ = 0;
  bool has_topology_ = false, has_mnnvl_ = false, has_sharing_ = false;
  std::vector<CliquePlan> cliques_;
};

}  // namespace

std::string generate_set(std::uint64_t seed, const GenerateOptions& options) {
  Yaml root = Generator(seed, options).run();
  std::string out;
  Random order(seed + 1);
  print(root, 0, options.shuffle_keys ? &order : nullptr, out);
  return out;
}

}  // namespace grovec::testing
