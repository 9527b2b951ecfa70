#include "ir/directory.h"

namespace grovec::ir {

Directory::Directory(const ObjectPlan& plan, const Desired& desired) : plan_(&plan), desired_(&desired) {
  const PodCliqueSet& set = *desired.set;
  for (const Layer& layer : plan.layers)
    for (const Block& block : layer.blocks)
      for (const ObjectClass& cls : block.classes) add_entry(layer, block, cls);
  auto add_single = [&](ObjectKind kind, std::string_view name) {
    Entry entry;
    entry.name = Value::string(name);
    entries_[static_cast<std::size_t>(kind)].push_back(entry);
  };
  add_single(ObjectKind::kPodCliqueSet, set.name);
  if (desired.binding) add_single(ObjectKind::kClusterTopologyBinding, desired.binding->name);
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    cliques_.push_back(names::clique(arena_, set, set.cliques.id_at(s)));
    pods_.push_back(names::pod(arena_, cliques_.back()));
    hosts_.push_back(names::host(arena_, cliques_.back()));
    addresses_.push_back(names::pod_address(arena_, hosts_.back(), names::service(arena_, set.name), set.namespace_));
  }
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    groups_.push_back(names::scaling_group(arena_, set, set.groups.id_at(s)));
    group_replicas_.push_back(names::group_replica(arena_, set, set.groups.id_at(s)));
    scaled_gangs_.push_back(names::gang(arena_, set, set.groups.id_at(s)));
  }
  base_gang_ = names::gang(arena_, set, std::nullopt);
}

void Directory::add_entry(const Layer& layer, const Block& block, const ObjectClass& cls) {
  const Description& d = plan_->descriptions[cls.base];
  entries_[static_cast<std::size_t>(d.kind)].push_back({.name = d.name,
                                                        .loop = block.loop,
                                                        .loop_group = block.group,
                                                        .part = d.part,
                                                        .pods_of = cls.pods_of,
                                                        .pod_loop = cls.pod_loop,
                                                        .base = cls.base,
                                                        .scaled = cls.scaled,
                                                        .each_set_replica = layer.each_set_replica});
}

std::optional<ObjectPlace> Directory::match(ObjectKind kind, const Entry& entry, std::string_view name) const {
  std::optional<Instance> n = match_name(entry.name, name);
  if (!n) return std::nullopt;
  std::optional<DescriptionId> description = entry.base;
  if (entry.loop != GroupLoop::kNone) {
    const std::uint32_t minimum = desired_->min_available(*entry.loop_group);
    if (entry.loop == GroupLoop::kScaledReplicas) {
      if (n->scaled_gang > UINT32_MAX - minimum) return std::nullopt;
      n->group_replica = n->scaled_gang + minimum;
    }
    if (n->group_replica >= minimum) {
      n->scaled_gang = n->group_replica - minimum;
      description = entry.scaled;
    }
  }
  return ObjectPlace{kind, *n, entry.part, description};
}

bool Directory::exists(const World& world, const Entry& entry, ObjectPlace& place) const {
  Instance& n = place.instance;
  if (n.set_replica >= (entry.each_set_replica ? world.replicas() : 1)) return false;
  if (entry.loop != GroupLoop::kNone && n.group_replica >= world.group_replicas(n.set_replica, *entry.loop_group))
    return false;
  if (!entry.pods_of) return true;
  const CountHole pods{CountKind::kCliqueReplicas, static_cast<std::uint32_t>(*entry.pods_of)};
  if (entry.pod_loop == PodLoop::kReplicas) return n.pod_index < world.count(pods, n);
  const std::optional<std::uint32_t> index = world.pods(pods, n).index_of(n.pod_suffix);
  n.pod_index = index.value_or(0);
  return index.has_value();
}

std::vector<ObjectPlace> Directory::find(const World& world, ObjectKind kind, std::string_view name) const {
  std::vector<ObjectPlace> out;
  for (const Entry& entry : entries(kind))
    if (std::optional<ObjectPlace> place = match(kind, entry, name); place && exists(world, entry, *place))
      out.push_back(*place);
  return out;
}

std::optional<ObjectPlace> Directory::find_first(const World& world, ObjectKind kind, std::string_view name) const {
  for (const Entry& entry : entries(kind))
    if (std::optional<ObjectPlace> place = match(kind, entry, name); place && exists(world, entry, *place))
      return place;
  return std::nullopt;
}

std::vector<ObjectPlace> Directory::match(ObjectKind kind, std::string_view name) const {
  std::vector<ObjectPlace> out;
  for (const Entry& entry : entries(kind))
    if (const std::optional<ObjectPlace> place = match(kind, entry, name)) out.push_back(*place);
  return out;
}

std::vector<ObjectPlace> Directory::find_host(const World& world, std::string_view host) const {
  std::vector<ObjectPlace> out;
  for (const Entry& entry : entries(ObjectKind::kPod)) {
    const CliqueId c = *entry.pods_of;
    const std::optional<Instance> n = match_name(hosts_[static_cast<std::size_t>(c)], host);
    if (!n || !world.population.has_clique(n->set_replica, n->group_replica, c)) continue;
    const std::optional<PodSuffix> suffix =
        world.pod_range(n->set_replica, n->group_replica, c).suffix_of(n->pod_index);
    if (!suffix) continue;
    const std::vector<ObjectPlace> pods =
        find(world, ObjectKind::kPod, pod_name(n->set_replica, n->group_replica, c, *suffix));
    for (const ObjectPlace& pod : pods)
      if (pod.part.clique == c) out.push_back(pod);
  }
  return out;
}

std::optional<ObjectKey> Directory::key_of(const ObjectPlace& place) const {
  const bool is_namespaced = info_of(place.kind).is_namespaced;
  for (const Entry& entry : entries(place.kind)) {
    const bool is_it = place.description ? entry.base == place.description || entry.scaled == place.description
                                         : entry.part.clique == place.part.clique &&
                                               (entry.part.clique || entry.part.group == place.part.group);
    if (is_it)
      return ObjectKey{place.kind, std::string(is_namespaced ? desired_->set->namespace_ : std::string_view()),
                       name_text(entry.name, place.instance)};
  }
  return std::nullopt;
}

std::optional<ObjectKey> Directory::owner_of(const ObjectPlace& place) const {
  if (!place.description) return std::nullopt;
  const OwnerPattern& owner = plan_->descriptions[*place.description].owner;
  const bool is_namespaced = info_of(owner.kind).is_namespaced;
  return ObjectKey{owner.kind, std::string(is_namespaced ? desired_->set->namespace_ : std::string_view()),
                   name_text(owner.name, place.instance)};
}

std::string Directory::clique_name(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  return name_text(cliques_[static_cast<std::size_t>(c)], {.set_replica = i, .group_replica = j});
}

std::string Directory::pod_name(std::uint32_t i, std::uint32_t j, CliqueId c, const PodSuffix& suffix) const {
  return name_text(pods_[static_cast<std::size_t>(c)], {.set_replica = i, .group_replica = j, .pod_suffix = suffix});
}

std::string Directory::host_name(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t index) const {
  return name_text(hosts_[static_cast<std::size_t>(c)], {.set_replica = i, .group_replica = j, .pod_index = index});
}

std::string Directory::pod_address(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t index) const {
  return name_text(addresses_[static_cast<std::size_t>(c)], {.set_replica = i, .group_replica = j, .pod_index = index});
}

std::string Directory::replica_names(std::string_view text) const {
  return name_text(base_gang_, {}, {Hole::kSetReplica, text});
}

std::string Directory::group_names(std::string_view text, GroupId g) const {
  return name_text(groups_[static_cast<std::size_t>(g)], {}, {Hole::kSetReplica, text});
}

std::string Directory::standalone_names(std::string_view text, CliqueId c) const {
  return name_text(cliques_[static_cast<std::size_t>(c)], {}, {Hole::kSetReplica, text});
}

std::string Directory::group_replica_names(std::uint32_t i, GroupId g, std::string_view text) const {
  return name_text(group_replicas_[static_cast<std::size_t>(g)], {.set_replica = i}, {Hole::kGroupReplica, text});
}

std::string Directory::member_names(std::uint32_t i, std::string_view text, CliqueId c) const {
  return name_text(cliques_[static_cast<std::size_t>(c)], {.set_replica = i}, {Hole::kGroupReplica, text});
}

std::string Directory::scaled_gang_names(std::uint32_t i, GroupId g, std::string_view text) const {
  return name_text(scaled_gangs_[static_cast<std::size_t>(g)], {.set_replica = i}, {Hole::kScaledGang, text});
}

std::string Directory::group_name(std::uint32_t i, GroupId g) const {
  return name_text(groups_[static_cast<std::size_t>(g)], {.set_replica = i});
}

std::string Directory::group_replica_name(std::uint32_t i, GroupId g, std::uint32_t j) const {
  return name_text(group_replicas_[static_cast<std::size_t>(g)], {.set_replica = i, .group_replica = j});
}

std::string Directory::base_gang_name(std::uint32_t i) const { return name_text(base_gang_, {.set_replica = i}); }

std::string Directory::gang_name(std::uint32_t i, GroupId g, std::uint32_t j) const {
  const std::uint32_t minimum = desired_->min_available(g);
  if (j < minimum) return base_gang_name(i);
  return name_text(scaled_gangs_[static_cast<std::size_t>(g)], {.set_replica = i, .scaled_gang = j - minimum});
}

}  // namespace grovec::ir
