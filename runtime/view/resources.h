/// \file What pods ask for: requests and limits as the scheduler counts them, summed by arithmetic.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ir/value/value.h"

namespace grovec::driver {

/// One resource. Thousandths for cpu, whole units (bytes, devices) for everything else; saturates.
struct Amount {
  std::int64_t requests = 0, limits = 0;
  bool has_limit = false;
};

/// Resources by name.
class Resources {
 public:
  void add(const Resources& other, std::uint64_t times = 1);
  const std::map<std::string, Amount, std::less<>>& amounts() const { return amounts_; }
  Amount& operator[](std::string_view name);
  std::int64_t requests(std::string_view name) const;
  /// Whole GPUs of any vendor: extended resources named `<vendor>/gpu`, and Intel's `gpu.intel.com/...`.
  std::int64_t gpus() const;
  bool empty() const { return amounts_.empty(); }

 private:
  std::map<std::string, Amount, std::less<>> amounts_;
};

bool is_gpu(std::string_view resource);

/// Effective requests and limits of a pod with this spec, as Kubernetes 1.35 computes them: the larger of what the
/// containers need together and what any init container needs at its turn; restartable init containers (sidecars) run
/// beside both; pod-level `resources` replace the sum for cpu, memory and huge pages; `overhead` comes on top. A
/// missing request is the limit, as the API server fills it in.
Resources pod_resources(const ir::Value& pod_spec);

/// `130m`, `4`; `416Mi`, `1.5Gi`; `8`: for people, rounded to one decimal if it must be.
std::string amount_text(std::string_view resource, std::int64_t amount);
/// A JSON number in cores, bytes or devices.
std::string amount_json(std::string_view resource, std::int64_t amount);

}  // namespace grovec::driver
