#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

void Scheduler::add_to_pod(Arena&, const Value&, const Value&, ir::MappingBuilder&, ir::MappingBuilder&) const {}
void Scheduler::add_to_gang(ir::MappingBuilder&) const {}
Value Scheduler::describe_topology(Arena&, const ir::TopologyBinding&, const DescribeOptions&) const {
  return Value::null();
}
void Scheduler::plan_objects(Planner&) const {}

std::span<const Scheduler* const> all_schedulers() {
  static const Scheduler* const kAll[] = {&default_scheduler(), &kai_scheduler(), &volcano_scheduler(),
                                          &lpx_scheduler()};
  return kAll;
}

const Scheduler& scheduler_named(std::string_view name) {
  for (const Scheduler* s : all_schedulers())
    if (s->name() == name) return *s;
  return default_scheduler();
}

}  // namespace grovec::backends
