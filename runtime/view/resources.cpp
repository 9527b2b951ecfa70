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

bool is_gpu(std::string_view resource) { return resource.ends_with("/gpu") || resource.starts_with("gpu.intel.com/"); }

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
