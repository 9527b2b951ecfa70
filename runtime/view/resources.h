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
  /// Whole GPUs of any vendor: extended resources named `<vendor>/gpu`, Intel's `gpu.intel.com/...`, and devices of
  /// claims whose class is one of GPUs (`gpu.nvidia.com`).
  std::int64_t gpus() const;
  /// Slices of GPUs (MIG), of extended resources and of claims; never part of `gpus`.
  std::int64_t gpu_slices() const;
  /// Claims that take all GPUs of a node, however many that are.
  std::int64_t gpu_nodes() const;
  /// `8`, `2 MIG`, `8, 2 MIG, all of a node`; empty if there are none.
  std::string gpu_text() const;
  bool empty() const { return amounts_.empty(); }

 private:
  std::map<std::string, Amount, std::less<>> amounts_;
};

bool is_gpu(std::string_view resource);

/// Devices that one ResourceClaim of this spec asks for, named by their class: of `exactly`, and of the first choice of
/// `firstAvailable`. With `allocationMode: All`, the name is `<class>, all of a node`, and the amount counts claims.
Resources claim_resources(const ir::Value& claim_spec);

/// Effective requests and limits of a pod with this spec, as Kubernetes 1.35 computes them: the larger of what the
/// containers need together and what any init container needs at its turn; restartable init containers (sidecars) run
/// beside both; pod-level `resources` replace the sum for cpu, memory and huge pages; `overhead` comes on top. A
/// missing request is the limit, as the API server fills it in.
Resources pod_resources(const ir::Value& pod_spec);

/// `8 GPUs`, `1 GPU, 2 MIG slices, all GPUs of a node`; empty if there are none.
std::string gpus_counted(const Resources& resources);

/// `130m`, `4`; `416Mi`, `1.5Gi`; `8`: for people, rounded to one decimal if it must be.
std::string amount_text(std::string_view resource, std::int64_t amount);
/// A JSON number in cores, bytes or devices.
std::string amount_json(std::string_view resource, std::int64_t amount);

}  // namespace grovec::driver
