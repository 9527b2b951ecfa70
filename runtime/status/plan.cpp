// Names are made from the template and looked up; labels place what is left.
#include "runtime/status/plan.h"

#include <algorithm>

#include "ir/names.h"

namespace grovec::status {

using ir::Value;

namespace {

constexpr std::int32_t kMostReplicas = 100'000;  // of a level: numbers of broken objects make no endless tree

std::int32_t count_at(const Value& node, std::string_view key, std::int32_t otherwise) {
  const Value* v = node.find(key);
  const std::int64_t n = v && v->is_int() ? v->as_int() : otherwise;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(n, 0, kMostReplicas));
}

/// A PodClique that lives, or whose pods do.
struct LivePlace {
  std::string name;
  LabelPlace at = {};
  bool is_placed = false;
};

class Planner {
 public:
  Planner(const SetWorld& world, const std::string& set_name) : w_(world), set_(set_name) {}

  std::vector<ReplicaPlace> places() {
    read_live();
    const std::int32_t wanted = w_.set ? std::clamp(w_.set->live->replicas, 0, kMostReplicas) : 0;
    for (std::int32_t i = 0; i < wanted; ++i) replica(i);
    for (LivePlace& p : live_)
      if (!p.is_placed && p.at.set_replica >= 0) surplus(p);
    std::sort(out_.begin(), out_.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return std::move(out_);
  }

 private:
  void read_live() {
    for (const auto& [name, clique] : w_.cliques) live_.push_back({name, place_by_labels(clique->meta.labels)});
    for (const auto& [name, place] : w_.pod_places)
      if (!w_.cliques.contains(name)) live_.push_back({name, place});
    std::sort(live_.begin(), live_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  void mark_placed(const std::string& name) {
    auto [begin, end] = std::equal_range(live_.begin(), live_.end(), LivePlace{name},
                                         [](const LivePlace& a, const LivePlace& b) { return a.name < b.name; });
    for (; begin != end; ++begin) begin->is_placed = true;
  }

  CliquePlace clique(std::string name, const Value& spec) {
    mark_placed(name);
    const std::int32_t replicas = count_at(spec, "replicas", 1);
    return {std::move(name), replicas, count_at(spec, "minAvailable", replicas), true};
  }

  void replica(std::int32_t i) {
    const Value& tmpl = w_.set->spec["template"];
    ReplicaPlace out{i, true, {}, {}};
    ir::Instance at;
    at.set_replica = static_cast<std::uint32_t>(i);
    for (const Value& c : tmpl["cliques"].items())
      if (!group_of(c["name"].as_string()))
        out.cliques.push_back(
            clique(ir::name_text(ir::names::standalone_clique(arena_, set_, c["name"].as_string()), at), c["spec"]));
    for (const Value& g : tmpl["podCliqueScalingGroups"].items()) out.groups.push_back(group(at, g));
    out_.push_back(std::move(out));
  }

  const Value* group_of(std::string_view clique_name) const {
    for (const Value& g : w_.set->spec["template"]["podCliqueScalingGroups"].items())
      for (const Value& name : g["cliqueNames"].items())
        if (name.as_string() == clique_name) return &g;
    return nullptr;
  }

  GroupPlace group(ir::Instance at, const Value& config) {
    const std::string_view name = config["name"].as_string();
    GroupPlace out{
        ir::name_text(ir::names::scaling_group(arena_, set_, name), at), count_at(config, "minAvailable", 1), true, {}};
    auto live = w_.groups.find(out.name);
    const std::int32_t replicas = live != w_.groups.end() ? std::clamp(live->second->replicas, 0, kMostReplicas)
                                                          : count_at(config, "replicas", 1);
    for (std::int32_t j = 0; j < replicas; ++j) {
      at.group_replica = static_cast<std::uint32_t>(j);
      GroupReplicaPlace place{j, true, {}};
      for (const Value& member : config["cliqueNames"].items())
        place.cliques.push_back(
            clique(ir::name_text(ir::names::member_clique(arena_, set_, name, member.as_string()), at),
                   spec_of(member.as_string())));
      out.replicas.push_back(std::move(place));
    }
    return out;
  }

  const Value& spec_of(std::string_view clique_name) const {
    for (const Value& c : w_.set->spec["template"]["cliques"].items())
      if (c["name"].as_string() == clique_name) return c["spec"];
    static const Value kNone;
    return kNone;
  }

  // What no template asks for; without the set itself, everything.
  void surplus(LivePlace& p) {
    p.is_placed = true;
    const bool is_wanted = !w_.set;
    ReplicaPlace& r = find_or_add(
        out_, [&](const auto& x) { return x.index == p.at.set_replica; },
        ReplicaPlace{p.at.set_replica, is_wanted, {}, {}});
    CliquePlace place{p.name, 0, 0, is_wanted};
    if (p.at.group.empty()) return r.cliques.push_back(std::move(place));
    auto live = w_.groups.find(p.at.group);
    const std::int32_t minimum = live == w_.groups.end() ? 1 : live->second->min_available.value_or(1);
    GroupPlace& g = find_or_add(
        r.groups, [&](const auto& x) { return x.name == p.at.group; }, GroupPlace{p.at.group, minimum, is_wanted, {}});
    find_or_add(
        g.replicas, [&](const auto& x) { return x.index == p.at.group_replica; },
        GroupReplicaPlace{p.at.group_replica, is_wanted, {}})
        .cliques.push_back(std::move(place));
  }

  template <class T, class F>
  static T& find_or_add(std::vector<T>& list, F&& is_it, T otherwise) {
    auto it = std::find_if(list.begin(), list.end(), is_it);
    return it != list.end() ? *it : list.emplace_back(std::move(otherwise));
  }

  const SetWorld& w_;
  const std::string& set_;
  Arena arena_;
  std::vector<LivePlace> live_;
  std::vector<ReplicaPlace> out_;
};

}  // namespace

std::vector<ReplicaPlace> places_of(const SetWorld& world, const std::string& set_name) {
  return Planner(world, set_name).places();
}

}  // namespace grovec::status
