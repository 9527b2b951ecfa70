// default-scheduler: nothing but the name on pods.
#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

namespace {
class DefaultScheduler final : public Scheduler {
  std::string_view name() const override { return "default-scheduler"; }
};
}  // namespace

const Scheduler& default_scheduler() {
  static const DefaultScheduler kScheduler;
  return kScheduler;
}

}  // namespace grovec::backends
