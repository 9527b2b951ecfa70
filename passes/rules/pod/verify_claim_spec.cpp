// ResourceClaims: validation of resource.k8s.io/v1 in Kubernetes 1.35. CEL expressions
// are left to the cluster; tolerations of devices are dropped there unless a gate is on.
#include <algorithm>

#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::size_t kMost = 32;  // requests, constraints, configurations, selectors
constexpr std::size_t kMostAlternatives = 8;

void device(const Refuser& refuse, const Spot& d) {
  const Spot device_class = d.field("deviceClassName"), mode = d.field("allocationMode"), count = d.field("count");
  refuse.check(d, required("deviceClassName"));
  if (!device_class.text().empty() && !is_dns_subdomain(device_class.text()))
    refuse(device_class, quoted(device_class.text()) + " is no name of a DeviceClass");
  refuse.check(d, one_of("allocationMode", "ExactCount|All"));
  if (mode.text() == "All") {
    if (count->as_int() != 0) refuse(count, "`count` cannot be set with the mode `All`");
  } else if (count->as_int() < 0) {
    refuse(count, "`count` is " + std::to_string(count->as_int()) + "; it must be at least 1");
  }
  const Spot selectors = d.field("selectors");
  if (selectors.size() > kMost) refuse(selectors, "at most 32 `selectors` are possible");
  for (std::size_t i = 0; i < selectors.size(); ++i) {
    const Spot selector = selectors.item(i);
    const Spot cel = selector.field("cel");
    if (!cel.exists())
      refuse(selector, "`cel` is missing");
    else
      refuse.check(cel, required("expression"));
  }
}

using Names = std::set<std::string>;

void request_name(const Refuser& refuse, const Spot& node, std::set<std::string_view>& seen) {
  const Spot name = node.field("name");
  if (!is_dns_label(name.text()))
    refuse(name, quoted(name.text()) + " is no name of a request");
  else if (!seen.insert(name.text()).second)
    refuse(name, "two requests are called " + quoted(name.text()));
}

Names requests(const Refuser& refuse, const Spot& devices) {
  Names names;
  std::set<std::string_view> seen;
  const Spot list = devices.field("requests");
  if (list.size() > kMost) refuse(list, "at most 32 `requests` are possible");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot r = list.item(i);
    const Spot exactly = r.field("exactly"), first = r.field("firstAvailable");
    request_name(refuse, r, seen);
    const std::string name(r.field("name").text());
    names.insert(name);
    if (exactly.exists() == (first.size() > 0)) refuse(r, "a request needs either `exactly` or `firstAvailable`");
    if (exactly.exists() && first.size() == 0) device(refuse, exactly);
    if (first.size() > kMostAlternatives) refuse(first, "at most 8 alternatives are possible");
    std::set<std::string_view> inner;
    for (std::size_t n = 0; n < first.size(); ++n) {
      const Spot alternative = first.item(n);
      request_name(refuse, alternative, inner);
      names.insert(name + "/" + std::string(alternative.field("name").text()));
      if (!exactly.exists()) device(refuse, alternative);
    }
  }
  return names;
}

void references(const Refuser& refuse, const Spot& node, const Names& names) {
  const Spot list = node.field("requests");
  if (list.size() > kMost) refuse(list, "at most 32 `requests` are possible");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot ref = list.item(i);
    if (!names.contains(std::string(ref.text())))
      refuse(ref, "the claim has no request " + quoted(ref.text()));
    else if (!seen.insert(ref.text()).second)
      refuse(ref, "request " + quoted(ref.text()) + " is named twice");
  }
}

// domain/identifier of an attribute of a device.
bool is_attribute(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view domain = text.substr(0, slash), id = text.substr(slash + 1);
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (id.find('/') != std::string_view::npos) return true;  // the server looks at two parts only
  return is_driver_name(domain) && !id.empty() && id.size() <= 32 && letter(id[0]) &&
         std::all_of(id.begin(), id.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

void verify_claim_spec(Context& context, const Value& spec, const std::string& path) {
  const Refuser refuse(context, diag::ClaimSpecInvalid);
  const Spot root(spec, path);
  const Spot devices = root.field("devices");
  const Names names = requests(refuse, devices);
  const Spot constraints = devices.field("constraints"), config = devices.field("config");
  if (constraints.size() > kMost) refuse(constraints, "at most 32 `constraints` are possible");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const Spot c = constraints.item(i);
    references(refuse, c, names);
    const Spot same = c.field("matchAttribute"), distinct = c.field("distinctAttribute");
    if (!same.exists() && !distinct.exists()) refuse(c, "`matchAttribute` is missing");
    if (same.exists() && !is_attribute(same.text()))
      refuse(same, quoted(same.text()) + " is no attribute of a device, which is written domain/name");
  }
  if (config.size() > kMost) refuse(config, "at most 32 configurations are possible");
  for (std::size_t i = 0; i < config.size(); ++i) {
    const Spot c = config.item(i);
    references(refuse, c, names);
    const Spot opaque = c.field("opaque");
    if (!opaque.exists()) {
      refuse(c, "`opaque` is missing");
      continue;
    }
    const Spot driver = opaque.field("driver");
    if (!is_driver_name(driver.text())) refuse(driver, quoted(driver.text()) + " is no name of a driver");
    if (!opaque.field("parameters")->is_mapping()) refuse(opaque, "`parameters` must be an object");
  }
}

}  // namespace grovec::passes
