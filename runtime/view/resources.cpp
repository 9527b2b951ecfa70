#include "runtime/view/resources.h"

#include <algorithm>
#include <limits>

#include "ir/quantity.h"

namespace grovec::driver {

using ir::Value;

namespace {

constexpr std::string_view kCpu = "cpu";
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? kMost : sum;
}

std::int64_t times_of(std::int64_t a, std::uint64_t n) {
  std::int64_t product;
  return __builtin_mul_overflow(a, n, &product) ? kMost : product;
}

using List = std::map<std::string, std::int64_t, std::less<>>;  // what a ResourceList says

List read_list(const Value& list) {
  List out;
  for (const ir::Member& m : list.members()) {
    const std::string text = m.value.is_int() ? std::to_string(m.value.as_int()) : std::string(m.value.as_string());
    if (std::optional<ir::Quantity> q = ir::parse_quantity(text))
      out[std::string(m.key)] = m.key == kCpu ? ir::milli_value(*q) : ir::rounded_up(*q);
  }
  return out;
}

void add_to(List& to, const List& list) {
  for (const auto& [name, n] : list) to[name] = plus(to[name], n);
}

void raise_to(List& to, const List& list) {
  for (const auto& [name, n] : list) to[name] = std::max(to[name], n);
}

List limits_of(const Value& container) { return read_list(container["resources"]["limits"]); }

List requests_of(const Value& container) {
  List out = read_list(container["resources"]["requests"]);
  for (const auto& [name, n] : limits_of(container)) out.emplace(name, n);
  return out;
}

// Containers together, or the init container that needs most at its turn.
template <class F>
List effective(const Value& spec, F&& list_of) {
  List sum, sidecars, most;
  for (const Value& c : spec["containers"].items()) add_to(sum, list_of(c));
  for (const Value& c : spec["initContainers"].items()) {
    List own = list_of(c);
    if (c["restartPolicy"].as_string() == "Always") {
      add_to(sum, own);
      add_to(sidecars, own);
      own = sidecars;
    } else {
      add_to(own, sidecars);
    }
    raise_to(most, own);
  }
  raise_to(sum, most);
  return sum;
}

bool is_pod_level(std::string_view name) { return name == kCpu || name == "memory" || name.starts_with("hugepages-"); }

void replace(List& to, const List& list) {
  for (const auto& [name, n] : list)
    if (is_pod_level(name)) to[name] = n;
}

}  // namespace

namespace {

constexpr std::string_view kAllOfNode = ", all of a node";

// A device class of GPUs: `gpu.nvidia.com`, `vfio.gpu.nvidia.com`, `team-gpu`. Extended resources have a slash.
bool is_gpu_class(std::string_view name) {
  return name.find('/') == std::string_view::npos && name.find("gpu") != std::string_view::npos &&
         !name.ends_with(kAllOfNode);
}

bool is_slice(std::string_view name) {
  if (name.ends_with(kAllOfNode)) return false;
  const std::size_t slash = name.find('/');
  const std::string_view device = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return device.starts_with("mig-") || device.starts_with("mig.") || device == "mig";
}

}  // namespace

bool is_gpu(std::string_view resource) {
  return resource.ends_with("/gpu") || resource.starts_with("gpu.intel.com/") ||
         (is_gpu_class(resource) && !is_slice(resource));
}

Amount& Resources::operator[](std::string_view name) {
  auto it = amounts_.find(name);
  return it != amounts_.end() ? it->second : amounts_[std::string(name)];
}

void Resources::add(const Resources& other, std::uint64_t times) {
  if (times == 0) return;
  for (const auto& [name, amount] : other.amounts_) {
    Amount& own = (*this)[name];
    own.requests = plus(own.requests, times_of(amount.requests, times));
    own.limits = plus(own.limits, times_of(amount.limits, times));
    own.has_limit |= amount.has_limit;
  }
}

std::int64_t Resources::requests(std::string_view name) const {
  auto it = amounts_.find(name);
  return it == amounts_.end() ? 0 : it->second.requests;
}

std::int64_t Resources::gpus() const {
  std::int64_t sum = 0;
  for (const auto& [name, amount] : amounts_)
    if (is_gpu(name)) sum = plus(sum, amount.requests);
  return sum;
}

std::int64_t Resources::gpu_slices() const {
  std::int64_t sum = 0;
  for (const auto& [name, amount] : amounts_)
    if (is_slice(name)) sum = plus(sum, amount.requests);
  return sum;
}

std::int64_t Resources::gpu_nodes() const {
  std::int64_t sum = 0;
  for (const auto& [name, amount] : amounts_)
    if (name.ends_with(kAllOfNode) && is_gpu_class(name.substr(0, name.size() - kAllOfNode.size())))
      sum = plus(sum, amount.requests);
  return sum;
}

std::string Resources::gpu_text() const {
  std::string out;
  auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (const std::int64_t n = gpus()) add(std::to_string(n));
  if (const std::int64_t n = gpu_slices()) add(std::to_string(n) + " MIG");
  if (const std::int64_t n = gpu_nodes()) add(n == 1 ? "all of a node" : "all of " + std::to_string(n) + " nodes");
  return out;
}

std::string gpus_counted(const Resources& r) {
  std::string out;
  auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (const std::int64_t n = r.gpus()) add(std::to_string(n) + (n == 1 ? " GPU" : " GPUs"));
  if (const std::int64_t n = r.gpu_slices()) add(std::to_string(n) + (n == 1 ? " MIG slice" : " MIG slices"));
  if (const std::int64_t n = r.gpu_nodes())
    add(n == 1 ? "all GPUs of a node" : "all GPUs of " + std::to_string(n) + " nodes");
  return out;
}

namespace {

void add_devices(const Value& request, Resources& out) {
  const std::string device(request["deviceClassName"].as_string());
  if (device.empty() || request["adminAccess"].as_bool()) return;  // an administrator's claim takes nothing away
  const bool is_all = request["allocationMode"].as_string() == "All";
  const Value& count = request["count"];
  Amount& amount = out[is_all ? device + std::string(kAllOfNode) : device];
  amount.requests = plus(amount.requests, is_all || !count.is_int() ? 1 : std::max<std::int64_t>(count.as_int(), 0));
}

}  // namespace

Resources claim_resources(const Value& spec) {
  Resources out;
  for (const Value& request : spec["devices"]["requests"].items()) {
    if (const Value* exactly = request.find("exactly"))
      add_devices(*exactly, out);
    else if (const Value* choices = request.find("firstAvailable"); choices && !choices->items().empty())
      add_devices(choices->items()[0], out);
    else
      add_devices(request, out);  // as v1beta1 says it
  }
  return out;
}

Resources pod_resources(const Value& spec) {
  List requests = effective(spec, requests_of), limits = effective(spec, limits_of);
  const List pod_requests = read_list(spec["resources"]["requests"]),
             pod_limits = read_list(spec["resources"]["limits"]);
  replace(requests, pod_requests);
  replace(limits, pod_limits);
  // The API server gives a pod without a request of its own what the containers request, or else its limit.
  for (const auto& [name, n] : pod_limits)
    if (is_pod_level(name)) requests.emplace(name, n);
  const List overhead = read_list(spec["overhead"]);
  add_to(requests, overhead);
  for (const auto& [name, n] : overhead)
    if (auto it = limits.find(name); it != limits.end()) it->second = plus(it->second, n);
  Resources out;
  for (const auto& [name, n] : requests) out[name].requests = n;
  for (const auto& [name, n] : limits) {
    out[name].limits = n;
    out[name].has_limit = true;
  }
  return out;
}

namespace {

std::string decimal(std::int64_t whole, std::int64_t tenths) {
  return std::to_string(whole) + (tenths ? "." + std::to_string(tenths) : "");
}

std::string bytes_text(std::int64_t n) {
  constexpr std::string_view kUnits[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  std::size_t unit = 0;
  std::int64_t size = 1;
  while (unit + 1 < std::size(kUnits) && n / size >= 1024) {
    size *= 1024;
    ++unit;
  }
  std::int64_t whole = n / size;
  const auto rest = static_cast<double>(n % size) / static_cast<double>(size);
  auto tenths = static_cast<std::int64_t>(rest * 10 + 0.5);
  if (tenths == 10) {
    ++whole;
    tenths = 0;
  }
  return decimal(whole, tenths) + std::string(kUnits[unit]);
}

bool is_bytes(std::string_view name) {
  return name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
}

}  // namespace

std::string amount_text(std::string_view resource, std::int64_t amount) {
  if (resource == kCpu) return amount % 1000 ? std::to_string(amount) + "m" : std::to_string(amount / 1000);
  return is_bytes(resource) ? bytes_text(amount) : std::to_string(amount);
}

std::string amount_json(std::string_view resource, std::int64_t amount) {
  if (resource != kCpu || amount % 1000 == 0) return std::to_string(resource == kCpu ? amount / 1000 : amount);
  std::string digits = std::to_string(amount % 1000);
  digits.insert(0, 3 - digits.size(), '0');
  while (digits.back() == '0') digits.pop_back();
  return std::to_string(amount / 1000) + "." + digits;
}

}  // namespace grovec::driver
