#include "runtime/plan/scale.h"

#include <algorithm>

namespace grovec::plan {

using namespace ir;

namespace {

// Of pods that are replaced one after the other: the first, one in the middle, the last.
constexpr std::uint32_t kPlayedPods = 3;
// Of a run of equal replicas: the first and one that comes after another.
constexpr std::uint32_t kPlayedReplicas = 2;

struct Counts {
  std::uint32_t replicas = 0, minimum = 0;
};

/// What one replica, and one that comes after it, stand for: [first, first + count).
void add_run(std::vector<IndexRange>& out, std::uint32_t first, std::uint32_t count) {
  if (count == 0) return;
  out.push_back({first, 1});
  if (count > 1) out.push_back({first + 1, count - 1});
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
    add_run(scale.sets, 0, common);
    const auto kept = static_cast<std::uint32_t>(scale.sets.size());
    if (std::max(before, after) > common) scale.sets.push_back({common, std::max(before, after) - common});
    set_counts_[0] = before > common ? kept + 1 : kept;
    set_counts_[1] = after > common ? kept + 1 : kept;
  }

  void shrink_groups(Scale& scale) {
    for (const ScalingGroup& g : spec().groups) {
      std::vector<IndexRange>& runs = scale.groups.emplace_back();
      const auto base = static_cast<std::uint32_t>(g.min_available), all = static_cast<std::uint32_t>(g.replicas);
      scale.base_replicas.push_back(base);
      group_counts_.emplace_back();
      const Value& now = item_named(spec().template_->operator[]("podCliqueScalingGroups"), g.name);
      const Value& then = item_named(old_.module.spec.template_->operator[]("podCliqueScalingGroups"), g.name);
      if (!same_fields(now, then, {"replicas", "minAvailable", "scaleConfig"}) || all < base) continue;
      add_run(runs, 0, base);
      const auto base_runs = static_cast<std::uint32_t>(runs.size());
      add_run(runs, base, all - base);
      group_counts_.back() = {static_cast<std::uint32_t>(runs.size()), base_runs};
    }
  }

  void shrink_cliques(Scale& scale) {
    for (const Clique& c : spec().cliques) {
      scale.pods.push_back(0);
      clique_counts_.emplace_back();
      const Value& now = item_named((*spec().template_)["cliques"], c.name)["spec"];
      const Value& then = item_named((*old_.module.spec.template_)["cliques"], c.name)["spec"];
      if (!same_fields(now, then, {"replicas", "minAvailable", "autoScalingConfig"})) continue;
      const auto pods = static_cast<std::uint32_t>(std::max(c.replicas, 0));
      const auto least = static_cast<std::uint32_t>(c.min_available.value_or(c.replicas));
      const std::uint32_t played = c.group || !is_changed(c) ? 1 : kPlayedPods;
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
    std::uint32_t small_base = 0;
    if (at < groups.size() && !groups[at].empty()) {
      base = base_replicas[at];
      small_base = std::min(base, kPlayedReplicas);
    } else if (at < base_replicas.size()) {
      base = small_base = base_replicas[at];
    }
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
