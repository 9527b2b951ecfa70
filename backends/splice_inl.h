// Templates of backends/splice.h.
#pragma once

#include "backends/splice.h"
#include "ir/names.h"

namespace grovec::backends {

template <class F>
void Splice::run(std::size_t first, std::size_t last, const ir::Instance& instance, const ir::Counter& counter,
                 F& write_bytes) const {
  char digits[16];
  for (std::size_t at = first; at < last; ++at) {
    const Step& step = steps_[at];
    switch (step.op) {
      case Op::kText:
        write_bytes(literals_.data() + step.begin, std::size_t{step.size});
        break;
      case Op::kHole:
        write_bytes(digits, static_cast<std::size_t>(write_hole(digits, step.hole, instance) - digits));
        break;
      case Op::kCount:
        write_bytes(digits,
                    static_cast<std::size_t>(write_decimal(digits, counter.count(step.count, instance)) - digits));
        break;
      case Op::kRepeat:
        run_repeat(at, instance, counter, write_bytes);
        at = step.body_end - 1;
        break;
    }
  }
}

template <class F>
void Splice::run_repeat(std::size_t at, const ir::Instance& instance, const ir::Counter& counter,
                        F& write_bytes) const {
  const Step& step = steps_[at];
  const Around& around = arounds_[step.around];
  auto put = [&](const std::string& s) {
    if (!s.empty()) write_bytes(s.data(), s.size());
  };
  ir::Instance inner = instance;
  bool first = true;
  auto once = [&] {
    put(first ? around.before : around.between);
    first = false;
    run(at + 1, step.body_end, inner, counter, write_bytes);
  };
  if (step.hole == ir::Hole::kPodIndex) {
    counter.pods(step.count, instance)
        .for_each(ir::PodOrder::kByName, [&](std::uint32_t index, const ir::PodSuffix& suffix) {
          inner.pod_index = index;
          inner.pod_suffix = suffix;
          once();
        });
  } else {
    const std::uint32_t count = counter.count(step.count, instance);
    for (inner.group_replica = 0; inner.group_replica < count; ++inner.group_replica) once();
  }
  put(first ? around.empty : around.after);
}

}  // namespace grovec::backends
