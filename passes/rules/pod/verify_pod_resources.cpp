// Limits, requests and claims of containers and of whole pods.
#include <algorithm>

#include "passes/rules/pod/devices.h"
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

bool is_huge(std::string_view name) { return name.starts_with("hugepages-"); }
bool is_native(std::string_view name) {
  return name.find('/') == std::string_view::npos || name.find("kubernetes.io/") != std::string_view::npos;
}
bool is_extended(std::string_view name) {
  return !is_native(name) && !name.starts_with("requests.") && is_qualified_name("requests." + std::string(name));
}

std::string hint_of(std::string_view name) {
  const std::string_view device = meant_device(name);
  return device.empty() ? ", such as `example.com/gpu`" : ", as in `" + std::string(device) + "`";
}

// Empty if containers can have it, else what is wrong.
std::string wrong_name(std::string_view name, bool is_pod) {
  if (is_pod) return name == "cpu" || name == "memory" || is_huge(name) ? "" : "is no resource of a whole pod";
  if (!is_qualified_name(name)) return "is no name of a resource";
  if (name.find('/') == std::string_view::npos)
    return is_word_of(name, "cpu|memory|ephemeral-storage") || is_huge(name)
               ? ""
               : "is no resource of a container; extended resources have a domain" + hint_of(name);
  return is_native(name) || is_extended(name) ? "" : "is no name of an extended resource";
}

bool is_positive_multiple(const Quantity& q, std::string_view name) {
  std::optional<Quantity> page = parse_quantity(name.substr(std::string_view("hugepages-").size()));
  if (!page || milli_value(*page) % 1000 != 0 || rounded_up(*page) <= 0) return false;
  return rounded_up(q) % rounded_up(*page) == 0;
}

bool is_negative(const Quantity& q) { return compare(q, *parse_quantity("0")) < 0; }

void amounts(const Refuser& refuse, const Spot& map, bool is_pod) {
  for (const Member& m : map->members()) {
    const Spot amount = map.field(m.key);
    std::string wrong = wrong_name(m.key, is_pod);
    if (!wrong.empty()) {
      DiagnosticBuilder found = refuse(amount, quoted(m.key) + " " + wrong);
      if (const std::string_view device = meant_device(m.key); !device.empty() && !is_pod && m.key_at != kNowhere)
        found.fix(m.key_at, std::string(device));
    }
    // Of most resources any amount will do that is not negative, which its text tells.
    if (!is_extended(m.key) && !is_huge(m.key) && amount->is_string() && amount.text().find('-') == amount.text().npos)
      continue;
    std::optional<Quantity> q = quantity_of(*amount);
    if (!q) continue;
    if (is_negative(*q)) {
      refuse(amount, "the amount of " + quoted(m.key) + " is negative");
    } else if (is_extended(m.key) && milli_value(*q) % 1000 != 0) {
      refuse(amount, "the amount of " + quoted(m.key) + " must be a whole number");
    } else if (is_huge(m.key) && !is_positive_multiple(*q, m.key)) {
      refuse(amount, "the amount of " + quoted(m.key) + " must be a multiple of the size of a page");
    }
  }
}

bool has_any(const Value& map, std::string_view a, std::string_view b) { return map.find(a) || map.find(b); }

bool has_huge(const Value& map) {
  return std::any_of(map.members().begin(), map.members().end(), [](const Member& m) { return is_huge(m.key); });
}

void claims(const PodView& pod, const Refuser& refuse, const Spot& resources) {
  const Spot list = resources.field("claims");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot claim = list.item(i);
    const Spot name = claim.field("name"), request = claim.field("request");
    if (!request.text().empty() && !is_dns_label(request.text()))
      refuse(request, quoted(request.text()) + " is no name of a request");
    if (!pod.claims.contains(name.text())) {
      refuse(name, "the pod has no claim " + quoted(name.text()) + " in `resourceClaims`");
      continue;
    }
    const std::string whole(name.text());
    const std::string key = request.text().empty() ? whole : whole + "/" + std::string(request.text());
    bool overlaps = seen.contains(whole) || seen.contains(key);
    if (request.text().empty())
      overlaps |=
          std::any_of(seen.begin(), seen.end(), [&](const std::string& s) { return s.starts_with(whole + "/"); });
    if (overlaps) refuse(claim, "the container lists claim " + quoted(key) + " twice");
    seen.insert(key);
  }
}

std::int64_t amount_of(const Value& value, std::string_view name) {
  std::optional<Quantity> q = quantity_of(value);
  return !q ? 0 : name == "cpu" ? milli_value(*q) : rounded_up(*q);
}

std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// What the containers ask for together: main and side-car containers at once, init containers one by one before.
std::int64_t total(const Value& spec, std::string_view list, std::string_view name) {
  auto of = [&](const Value& c) {
    const Value* wanted = c["resources"][list].find(name);
    if (!wanted && list == "requests") wanted = c["resources"]["limits"].find(name);
    return wanted ? amount_of(*wanted, name) : 0;
  };
  std::int64_t sum = 0, side_cars = 0, most = 0;
  for (const Value& c : spec["containers"].items()) sum = add(sum, of(c));
  for (const Value& c : spec["initContainers"].items()) {
    std::int64_t n = of(c);
    if (c["restartPolicy"].as_string() == "Always") {
      sum = add(sum, n);
      side_cars = add(side_cars, n);
      most = std::max(most, side_cars);
    } else {
      most = std::max(most, add(n, side_cars));
    }
  }
  return std::max(sum, most);
}

void whole_pod(const PodView& pod) {
  const Spot resources = pod.spec.field("resources");
  if (!resources.exists()) return;
  const Refuser refuse(pod.context, diag::ResourcesInvalid);
  if (pod.os == "windows") {
    refuse(resources, "`resources` of a whole pod cannot be set on Windows");
    return;
  }
  const Spot limits = resources.field("limits"), requests = resources.field("requests"),
             list = resources.field("claims");
  if (list.exists()) refuse(list, "`claims` cannot be set for a whole pod");
  check_resources(refuse, resources, true);
  for (const Member& m : requests->members()) {
    const Spot own = requests.field(m.key);
    if (total(*pod.spec, "requests", m.key) > amount_of(m.value, m.key))
      refuse(own, "the containers request more " + quoted(m.key) + " than the pod");
  }
  for (const Member& m : limits->members()) {
    const Spot own = limits.field(m.key);
    const std::int64_t most = amount_of(m.value, m.key);
    if (!requests->find(m.key) && !is_huge(m.key) && total(*pod.spec, "requests", m.key) > most)
      refuse(own, "the containers request more " + quoted(m.key) + " than the limit of the pod");
    if (is_huge(m.key) && total(*pod.spec, "limits", m.key) > most)
      refuse(own, "the limits of the containers have more " + quoted(m.key) + " than the limit of the pod");
    const Spot containers = pod.spec.field("containers");
    for (std::size_t i = 0; i < containers.size(); ++i) {
      const Spot c = containers.item(i);
      const Spot r = c.field("resources");
      const Spot l = r.field("limits");
      const Spot limit = l.field(m.key);
      if (limit.exists() && amount_of(*limit, m.key) > most)
        refuse(limit, "the limit of " + quoted(m.key) + " is above the limit of the pod");
    }
  }
}

}  // namespace

void check_resources(const Refuser& refuse, const Spot& resources, bool is_pod) {
  const Spot limits = resources.field("limits"), requests = resources.field("requests");
  amounts(refuse, limits, is_pod);
  amounts(refuse, requests, is_pod);
  for (const Member& m : requests->members()) {
    const Spot request = requests.field(m.key);
    const Value* limit = limits->find(m.key);
    const bool exact = !is_native(m.key) || is_huge(m.key);
    if (!limit) {
      if (exact) refuse(request, quoted(m.key) + " cannot be shared, so `limits` must have the same amount of it");
      continue;
    }
    const std::optional<Quantity> wanted = quantity_of(*request), most = quantity_of(*limit);
    if (wanted && most && !is_negative(*most)) {  // else the limit has a message of its own
      int order = compare(*wanted, *most);
      if (order != 0 && exact)
        refuse(request, "the request of " + quoted(m.key) + ", " + canonical_text(*wanted) +
                            ", must be equal to its limit, " + canonical_text(*most))
            .note(limit->at(), diag::SetHere, "limits")
            .fix(request.at(refuse.context()), canonical_text(*most));
      else if (order > 0)
        refuse(request, "the request of " + quoted(m.key) + ", " + canonical_text(*wanted) + ", is above its limit, " +
                            canonical_text(*most))
            .note(limit->at(), diag::SetHere, "limits");
    }
  }
  if ((has_huge(*limits) || has_huge(*requests)) && !has_any(*limits, "cpu", "memory") &&
      !has_any(*requests, "cpu", "memory"))
    refuse(resources, "huge pages need an amount of `cpu` or `memory`, too");
}

void verify_pod_resources(const PodView& pod) {
  const Refuser refuse(pod.context, diag::ResourcesInvalid);
  for (std::string_view list_name : {"containers", "initContainers"}) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      const Spot resources = c.field("resources");
      check_resources(refuse, resources, false);
      claims(pod, refuse, resources);
    }
  }
  whole_pod(pod);
  const Spot overhead = pod.spec.field("overhead");
  if (overhead.exists() && pod.spec.field("runtimeClassName").text().empty())
    refuse(overhead, "`overhead` comes from a RuntimeClass, and the pods name none");
  amounts(refuse, overhead, false);
}

}  // namespace grovec::passes
