#include "runtime/plan/scale.h"

#include <algorithm>

namespace grovec::plan {

using namespace ir;

namespace {

// Of a run of equal replicas: the first and one that comes after another.
constexpr std::uint32_t kPlayedReplicas = 2;

struct Counts {
  std::uint32_t replicas = 0, minimum = 0;
};

/// `played` replicas stand for [first, first + count): each for one, the last for all that are left.
void add_run(std::vector<IndexRange>& out, std::uint32_t first, std::uint32_t count, std::uint32_t played) {
  for (std::uint32_t k = 0; k < played; ++k) out.push_back({first + k, k + 1 < played ? 1 : count - k});
}

Value with_counts(Arena& arena, const Value& spec, const Counts& counts, std::string_view scaling) {
  MappingBuilder b(arena, spec);
  b.set("replicas", Value::integer(counts.replicas)).set("minAvailable", Value::integer(counts.minimum));
  if (const Value* bounds = spec.find(scaling); bounds && bounds->find("minReplicas")) {
    const std::int64_t least = (*bounds)["minReplicas"].as_int();
    MappingBuilder s(arena, *bounds);
    s.set("minReplicas",
          Value::integer(std::clamp<std::int64_t>(least, counts.minimum, std::max(counts.replicas, counts.minimum))));
    b.set(scaling, s.build());
  }
  return b.build();
}

const Value& item_named(const Value& list, std::string_view name) {
  static const Value kNone;
  for (const Value& item : list.items())
    if (item["name"].as_string() == name) return item;
  return kNone;
}

bool same_fields(const Value& a, const Value& b, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) { return equal(a[key], b[key]); });
}

class Shrinker {
 public:
  Shrinker(const driver::CompiledSet& old, const driver::CompiledSet& next, Arena& arena)
      : old_(old), next_(next), arena_(arena) {}

  Small run() {
    Small out;
    find_bounds();
    shrink_set(out.scale);
    shrink_groups(out.scale);
    shrink_cliques(out.scale);
    out.old = tree_of(old_, set_counts_[0]);
    out.next = tree_of(next_, set_counts_[1]);
    return out;
  }

 private:
  const PodCliqueSet& spec() const { return next_.module.spec; }

  void shrink_set(Scale& scale) {
    const auto before = static_cast<std::uint32_t>(old_.module.spec.replicas);
    const auto after = static_cast<std::uint32_t>(spec().replicas);
    const std::uint32_t common = std::min(before, after);
    add_run(scale.sets, 0, common, std::min(common, kPlayedReplicas));
    const auto kept = static_cast<std::uint32_t>(scale.sets.size());
    if (std::max(before, after) > common) scale.sets.push_back({common, std::max(before, after) - common});
    set_counts_[0] = before > common ? kept + 1 : kept;
    set_counts_[1] = after > common ? kept + 1 : kept;
  }

  const Value& group_then(const ScalingGroup& g) const {
    return item_named((*old_.module.spec.template_)["podCliqueScalingGroups"], g.name);
  }
  const Value& group_now(const ScalingGroup& g) const {
    return item_named((*spec().template_)["podCliqueScalingGroups"], g.name);
  }
  bool has_same_counts(const ScalingGroup& g) const {
    return same_fields(group_now(g), group_then(g), {"replicas", "minAvailable", "scaleConfig"});
  }
  bool has_same_counts(const Clique& c) const {
    return same_fields(item_named((*spec().template_)["cliques"], c.name)["spec"],
                       item_named((*old_.module.spec.template_)["cliques"], c.name)["spec"],
                       {"replicas", "minAvailable", "autoScalingConfig"});
  }
  bool rolls(const ScalingGroup& g) const {
    return std::any_of(g.cliques.begin(), g.cliques.end(), [&](CliqueId c) { return is_changed(spec().cliques[c]); });
  }

  // What rolls in a set replica rolls side by side, each in as many rounds as it has pods or replicas; what is down in
  // a round is the same in all rounds between two bounds, where something ends or a group gets to its scaled gangs. So
  // two rounds between neighbouring bounds show everything, as long as their order stays.
  void find_bounds() {
    for (const Clique& c : spec().cliques) {
      if (c.group || !is_changed(c)) continue;
      keeps_bounds_ |= !has_same_counts(c);
      bounds_.push_back(static_cast<std::uint32_t>(std::max(c.replicas, 0)));
    }
    for (const ScalingGroup& g : spec().groups) {
      if (!rolls(g)) continue;
      keeps_bounds_ |= !has_same_counts(g);
      bounds_.push_back(static_cast<std::uint32_t>(std::max(g.min_available, 0)));
      bounds_.push_back(static_cast<std::uint32_t>(std::max(g.replicas, 0)));
    }
    std::sort(bounds_.begin(), bounds_.end());
    bounds_.erase(std::unique(bounds_.begin(), bounds_.end()), bounds_.end());
  }
  std::uint32_t played_bound(std::uint32_t bound) const {
    if (keeps_bounds_) return bound;
    std::uint32_t out = 0, before = 0;
    for (const std::uint32_t b : bounds_) {
      if (b > bound) break;
      out += std::min(b - before, kPlayedReplicas);
      before = b;
    }
    return out;
  }

  void shrink_groups(Scale& scale) {
    for (const ScalingGroup& g : spec().groups) {
      std::vector<IndexRange>& runs = scale.groups.emplace_back();
      const auto base = static_cast<std::uint32_t>(g.min_available), all = static_cast<std::uint32_t>(g.replicas);
      scale.base_replicas.push_back(base);
      scale.played_base.push_back(base);
      group_counts_.emplace_back();
      if (!has_same_counts(g) || all < base) continue;
      const bool is_rolled = rolls(g);
      const std::uint32_t played_base = is_rolled ? played_bound(base) : std::min(base, kPlayedReplicas);
      const std::uint32_t played = is_rolled ? played_bound(all) : played_base + std::min(all - base, kPlayedReplicas);
      add_run(runs, 0, base, played_base);
      add_run(runs, base, all - base, played - played_base);
      scale.played_base.back() = played_base;
      group_counts_.back() = {played, played_base};
    }
  }

  void shrink_cliques(Scale& scale) {
    for (const Clique& c : spec().cliques) {
      scale.pods.push_back(0);
      clique_counts_.emplace_back();
      if (!has_same_counts(c)) continue;
      const auto pods = static_cast<std::uint32_t>(std::max(c.replicas, 0));
      const auto least = static_cast<std::uint32_t>(c.min_available.value_or(c.replicas));
      const std::uint32_t played = c.group || !is_changed(c) ? 1 : played_bound(pods);
      if (pods <= played || least > pods || least == 0) continue;
      scale.pods.back() = pods;
      clique_counts_.back() = {played, least == pods || played == 1 ? played : std::min(least, played - 1)};
    }
  }

  bool is_changed(const Clique& c) const {
    const std::optional<CliqueId> before = old_.module.spec.find_clique(c.name);
    return !before || old_.module.desired.template_hashes[static_cast<std::size_t>(*before)] !=
                          next_.module.desired.template_hashes[c.index];
  }

  // The places of cliques and groups are NEW's; OLD may list them in another order.
  Value tree_of(const driver::CompiledSet& set, std::uint32_t replicas) {
    const Value& root = set.module.defaulted;
    std::vector<Value> cliques, groups;
    for (const Value& item : root["spec"]["template"]["cliques"].items()) cliques.push_back(small_clique(item));
    for (const Value& item : root["spec"]["template"]["podCliqueScalingGroups"].items())
      groups.push_back(small_group(item));
    MappingBuilder inner(arena_, root["spec"]["template"]);
    inner.set("cliques", make_sequence(arena_, cliques));
    if (!groups.empty()) inner.set("podCliqueScalingGroups", make_sequence(arena_, groups));
    MappingBuilder outer(arena_, root["spec"]);
    outer.set("replicas", Value::integer(replicas)).set("template", inner.build());
    return MappingBuilder(arena_, root).set("spec", outer.build()).build();
  }

  Value small_clique(const Value& item) {
    const std::optional<CliqueId> c = spec().find_clique(item["name"].as_string());
    if (!c || clique_counts_[static_cast<std::size_t>(*c)].replicas == 0) return item;
    const Counts& counts = clique_counts_[static_cast<std::size_t>(*c)];
    return MappingBuilder(arena_, item)
        .set("spec", with_counts(arena_, item["spec"], counts, "autoScalingConfig"))
        .build();
  }
  Value small_group(const Value& item) {
    const std::optional<GroupId> g = spec().find_group(item["name"].as_string());
    if (!g || group_counts_[static_cast<std::size_t>(*g)].replicas == 0) return item;
    return with_counts(arena_, item, group_counts_[static_cast<std::size_t>(*g)], "scaleConfig");
  }

  const driver::CompiledSet& old_;
  const driver::CompiledSet& next_;
  Arena& arena_;
  std::uint32_t set_counts_[2] = {};
  std::vector<std::uint32_t> bounds_;
  bool keeps_bounds_ = false;
  std::vector<Counts> group_counts_, clique_counts_;  // 0 replicas: as they are
};

}  // namespace

IndexRange Scale::set_range(std::uint32_t i) const { return i < sets.size() ? sets[i] : IndexRange{i, 1}; }

IndexRange Scale::group_range(GroupId g, std::uint32_t j) const {
  const auto at = static_cast<std::size_t>(g);
  return at < groups.size() && j < groups[at].size() ? groups[at][j] : IndexRange{j, 1};
}

std::vector<ObjectPlace> Scale::real_places(const ObjectPlace& place) const {
  if (is_identity()) return {place};
  const IndexRange outer = set_range(place.instance.set_replica);
  IndexRange inner{place.instance.group_replica, 1};
  std::uint32_t base = 0;
  if (place.part.group) {
    const auto at = static_cast<std::size_t>(*place.part.group);
    const std::uint32_t small_base = at < played_base.size() ? played_base[at] : 0;
    base = at < base_replicas.size() ? base_replicas[at] : 0;
    const bool is_gang = place.kind == ObjectKind::kPodGang || place.kind == ObjectKind::kKaiPodGroup ||
                         place.kind == ObjectKind::kVolcanoPodGroup;
    const std::uint32_t j = is_gang ? place.instance.scaled_gang + small_base : place.instance.group_replica;
    if (is_gang || place.part.clique) inner = group_range(*place.part.group, j);
  }
  std::vector<ObjectPlace> out;
  for (std::uint32_t i = 0; i < outer.count; ++i)
    for (std::uint32_t j = 0; j < inner.count; ++j) {
      ObjectPlace real = place;
      real.instance.set_replica = outer.first + i;
      real.instance.group_replica = inner.first + j;
      real.instance.scaled_gang = inner.first + j >= base ? inner.first + j - base : 0;
      out.push_back(real);
    }
  return out;
}

Small shrunk(const driver::CompiledSet& old, const driver::CompiledSet& next, Arena& arena) {
  return Shrinker(old, next, arena).run();
}

}  // namespace grovec::plan
