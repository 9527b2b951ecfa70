#include "runtime/cli/plan/owners.h"

#include <algorithm>

namespace grovec::cli {

using namespace ir;

namespace {

constexpr std::size_t kMostNamed = 3;

class Owners {
 public:
  Owners(const driver::CompiledSet& set, const std::vector<driver::OutsideScaler>& scalers, const Dump* dump)
      : set_(set), scalers_(scalers), dump_(dump) {}

  std::vector<plan::CountOwner> run() {
    const PodCliqueSet& spec = set_.module.spec;
    own("spec.replicas", spec.replicas, nullptr, [](const Place& p) { return p.kind == "PodCliqueSet"; });
    for (std::size_t k = 0; k < spec.cliques.size(); ++k) {
      const CliqueId id = spec.cliques.id_at(k);
      const Clique& c = spec.cliques[id];
      if (c.group) continue;
      own("spec.template.cliques[name=" + std::string(c.name) + "].spec.replicas", c.replicas,
          c.auto_scaling ? &*c.auto_scaling : nullptr, [&](const Place& p) {
            return p.kind == "PodClique" && p.at && p.at->part.clique == id && !p.at->part.group;
          });
    }
    for (std::size_t k = 0; k < spec.groups.size(); ++k) {
      const GroupId id = spec.groups.id_at(k);
      const ScalingGroup& g = spec.groups[id];
      own("spec.template.podCliqueScalingGroups[name=" + std::string(g.name) + "].replicas", g.replicas,
          g.auto_scaling ? &*g.auto_scaling : nullptr,
          [&](const Place& p) { return p.kind == "PodCliqueScalingGroup" && p.at && p.at->part.group == id; });
    }
    return std::move(out_);
  }

 private:
  /// An object whose count somebody sets.
  struct Place {
    std::string_view kind;
    std::optional<ObjectPlace> at;  ///< none for the set
  };

  std::optional<Place> place_of(std::string_view kind, std::string_view name) const {
    if (kind == "PodCliqueSet") return name == set_.module.spec.name ? std::optional(Place{kind, {}}) : std::nullopt;
    const std::optional<ObjectKind> known = kind_of("grove.io/v1alpha1", kind);
    if (!known || !set_.directory) return std::nullopt;
    auto places = set_.directory->match(*known, name);
    if (places.empty()) return std::nullopt;
    return Place{kind, places.front()};
  }

  template <class Belongs>
  void own(std::string path, std::int64_t count, const AutoScaling* scaling, Belongs&& belongs) {
    plan::CountOwner o{std::move(path), count, plan::CountOwner::kOther, "whoever scales it"};
    std::vector<std::string> names;
    auto add = [&](std::string name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    bool has_autoscaler = scaling != nullptr;
    if (scaling) add("the HorizontalPodAutoscaler that the set makes");
    const std::string_view space = set_.module.spec.namespace_;
    for (const driver::OutsideScaler& s : scalers_) {
      const auto place = s.namespace_ == space ? place_of(s.target_kind, s.target_name) : std::nullopt;
      if (!place || !belongs(*place)) continue;
      has_autoscaler = true;
      add(s.kind + " `" + s.name + "`");
    }
    for (const Dump::Scaler& s : dump_ ? dump_->scalers() : std::vector<Dump::Scaler>()) {
      const auto place = s.namespace_ == space ? place_of(s.kind, s.name) : std::nullopt;
      if (!place || !belongs(*place)) continue;
      if (has_autoscaler && s.is_autoscaler) continue;  // the same one
      has_autoscaler |= s.is_autoscaler;
      add("`" + s.manager + "`");
    }
    if (names.empty()) {
      if (o.path == "spec.replicas") o.owner = plan::CountOwner::kGit, o.by = "the manifest";
    } else {
      o.owner = has_autoscaler ? plan::CountOwner::kAutoscaler : plan::CountOwner::kOther;
      o.by.clear();
      for (std::size_t k = 0; k < std::min(names.size(), kMostNamed); ++k) o.by += (k ? " and " : "") + names[k];
      if (names.size() > kMostNamed) o.by += " and others";
    }
    out_.push_back(std::move(o));
  }

  const driver::CompiledSet& set_;
  const std::vector<driver::OutsideScaler>& scalers_;
  const Dump* dump_;
  std::vector<plan::CountOwner> out_;
};

}  // namespace

std::vector<plan::CountOwner> count_owners(const driver::CompiledSet& set,
                                           const std::vector<driver::OutsideScaler>& scalers, const Dump* dump) {
  return Owners(set, scalers, dump).run();
}

}  // namespace grovec::cli
