// lpx-scheduler: nothing but the name on pods (reference: expansion 12).
#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

namespace {
class LpxScheduler final : public Scheduler {
  std::string_view name() const override { return "lpx-scheduler"; }
};
}  // namespace

const Scheduler& lpx_scheduler() {
  static const LpxScheduler kScheduler;
  return kScheduler;
}

}  // namespace grovec::backends
