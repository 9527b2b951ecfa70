#include "passes/rules/pod/devices.h"

#include <algorithm>
#include <string>

#include "ir/base/edit_distance.h"

namespace grovec::passes {

namespace {

constexpr std::string_view kDevices[] = {
    "nvidia.com/gpu",        "amd.com/gpu",           "intel.com/gpu",
    "gpu.intel.com/i915",    "gpu.intel.com/xe",      "habana.ai/gaudi",
    "google.com/tpu",        "aws.amazon.com/neuron", "aws.amazon.com/neuroncore",
    "vpc.amazonaws.com/efa", "huawei.com/Ascend910",  "aws.amazon.com/neurondevice"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string_view domain_of(std::string_view name) { return name.substr(0, name.find('/')); }
std::string_view kind_of(std::string_view name) { return name.substr(name.find('/') + 1); }

// `npu`, `vgpu`, `gpumem`, `gpu.shared`, `Ascend910B`: words of their own, not slips.
bool is_another_kind(std::string_view kind, std::string_view of) {
  const bool is_processor = kind.size() == 3 && kind.ends_with("pu");
  const bool has_number = of.find_first_of("0123456789") != std::string_view::npos;
  return is_processor || has_number || kind.starts_with(of) || kind.ends_with(of);
}

bool is_slip(std::string_view name, std::string_view device) {
  const std::string_view domain = domain_of(name), kind = kind_of(name);
  const std::string meant_text = lower(device);
  const std::string_view meant = meant_text, meant_domain = domain_of(meant), meant_kind = kind_of(meant);
  if (kind == meant_kind) {
    if (domain == "www." + std::string(meant_domain) || domain == meant_domain.substr(0, meant_domain.find('.')))
      return true;
    return meant_domain.size() >= 9 && edit_distance_halves(domain, meant_domain) <= 2;
  }
  if (domain != meant_domain) return false;
  if (kind == std::string(meant_kind) + "s") return true;
  return !is_another_kind(kind, meant_kind) && edit_distance_halves(kind, meant_kind) <= 2;
}

}  // namespace

std::string_view meant_device(std::string_view name) {
  const std::string text = lower(name);
  if (text.find('/') == std::string::npos) {
    constexpr std::string_view kBare[] = {"gpu",        "gpus", "nvidia", "nvidia-gpu",    "nvidia.gpu",
                                          "nvidia.com", "cuda", "vgpu",   "nvidia.com.gpu"};
    return std::find(std::begin(kBare), std::end(kBare), text) != std::end(kBare) ? kDevices[0] : std::string_view();
  }
  for (std::string_view device : kDevices)
    if (name == device) return {};
  for (std::string_view device : kDevices)
    if (text == lower(device) || is_slip(text, device)) return device;
  return {};
}

}  // namespace grovec::passes
