// volcano: group annotations on pods, a Volcano PodGroup for each PodGang (reference: expansion 12.2).
#include "backends/gang.h"
#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

using namespace ir;

namespace {

constexpr std::string_view kQueue = "scheduling.grove.io/volcano-queue";

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  std::size_t first = s.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : s.substr(first, s.find_last_not_of(kBlank) - first + 1);
}

// Only the gang's own annotation counts, which mirrors the set's: a queue of a clique template does not reach it.
std::string_view queue_of(const PodCliqueSet& set) {
  std::string_view queue = set.annotations ? trimmed((*set.annotations)[kQueue].as_string()) : std::string_view();
  return queue.empty() ? "default" : queue;
}

Value sub_group_policy(Planner& p, CliqueId c) {
  Arena& a = p.arena;
  const Value name = clique_name(a, p.desired, c);
  const Value selector = object(a, {{"matchLabels", object(a, {{keys::kPodClique, name}})}});
  return object(a, {{"name", name},
                    {"labelSelector", selector},
                    {"matchLabelKeys", texts(a, {keys::kPodClique})},
                    {"subGroupSize", Value::integer(std::max<std::int64_t>(p.desired.min_available(c), 1))},
                    {"minSubGroups", Value::integer(1)}});
}

DescriptionId describe(Planner& p, const GangShape& gang) {
  Arena& a = p.arena;
  const Value name = gang_name(a, p.desired, gang);
  const Owner owner{ObjectKind::kPodGang, name};
  MappingBuilder spec(a);
  spec.set("minMember", Value::integer(std::max<std::int64_t>(min_members(p.desired, gang), 1)));
  spec.set("queue", text(queue_of(p.set())));
  if (!p.set().priority_class_name.empty()) spec.set("priorityClassName", text(p.set().priority_class_name));
  spec.set("subGroupPolicy", for_each_pod_group(p, gang, [&](CliqueId c) { return sub_group_policy(p, c); }));
  const Value meta = metadata(
      a, {.name = name, .namespace_ = p.set().namespace_, .labels = gang_labels(p), .owner = &owner}, p.options);
  return p.add(ObjectKind::kVolcanoPodGroup, name, owner,
               manifest(a, ObjectKind::kVolcanoPodGroup, meta, {{"spec", spec.build()}}));
}

class VolcanoScheduler final : public Scheduler {
  std::string_view name() const override { return "volcano"; }

  void add_to_pod(Arena&, const Value&, const Value& gang, MappingBuilder&,
                  MappingBuilder& annotations) const override {
    annotations.set("scheduling.volcano.sh/group-name", gang);
    annotations.set("scheduling.k8s.io/group-name", gang);
  }

  void plan_objects(Planner& p) const override {
    add_gang_layer(p, [&](const GangShape& gang) { return describe(p, gang); });
  }
};

}  // namespace

const Scheduler& volcano_scheduler() {
  static const VolcanoScheduler kScheduler;
  return kScheduler;
}

}  // namespace grovec::backends
