#include "passes/rules/pod/verify_pod.h"

#include <algorithm>

#include "ir/labels.h"
#include "passes/go/go_encode.h"
#include "passes/places.h"
#include "passes/rules/text_rules.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

bool waits_for_others(const PodCliqueSet& set, const Clique& c) {
  if (set.startup == StartupType::kInOrder) return c.index > 0;
  return set.startup == StartupType::kExplicit && !c.starts_after.empty();  // which exist, or the set was refused
}

PodView view_of(Context& context, const PodCliqueSet& set, const Clique& c, const Value& spec) {
  PodView pod{.context = context,
              .spec = Spot(spec, clique_path(c.index, ".spec.podSpec")),
              .volumes = {},
              .claims = {},
              .waits = waits_for_others(set, c),
              .os = spec["os"]["name"].as_string()};
  pod.grace_period = spec["terminationGracePeriodSeconds"].as_int(30);
  if (pod.grace_period < 0) pod.grace_period = 1;  // as the API server stores it
  pod.host_network = spec["hostNetwork"].as_bool();
  const Value* host_users = spec.find("hostUsers");
  pod.host_users = !host_users || host_users->as_bool();
  for (const Value& claim : spec["resourceClaims"].items())
    if (!claim["name"].as_string().empty()) pod.claims.insert(claim["name"].as_string());
  return pod;
}

void dns(const PodView& pod) {
  const Refuser refuse(pod.context, diag::PodSettingInvalid);
  const Spot config = pod.spec.field("dnsConfig"), policy = pod.spec.field("dnsPolicy");
  const Spot servers = config.field("nameservers"), searches = config.field("searches");
  const Spot options = config.field("options");
  if (policy.text() == "None" && servers.size() == 0)
    refuse(policy, "`dnsPolicy` `None` needs `dnsConfig.nameservers`");
  if (servers.size() > 3) refuse(servers, "at most 3 `nameservers` are possible");
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const Spot s = servers.item(i);
    if (!is_ip_address(s.text())) refuse(s, quoted(s.text()) + " is no IP address");
  }
  if (searches.size() > 32) refuse(searches, "at most 32 `searches` are possible");
  std::size_t length = searches.size() > 0 ? searches.size() - 1 : 0;
  for (std::size_t i = 0; i < searches.size(); ++i) {
    const Spot s = searches.item(i);
    std::string_view domain = s.text();
    length += domain.size();
    if (domain == ".") continue;
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (!is_underscored_domain(domain)) refuse(s, quoted(s.text()) + " is no DNS domain");
  }
  if (length > 2048) refuse(searches, "`searches` has more than 2048 characters");
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Spot option = options.item(i);
    refuse.check(option, required("name"));
  }
}

void host_aliases(const PodView& pod) {
  const Refuser refuse(pod.context, diag::PodSettingInvalid);
  const Spot aliases = pod.spec.field("hostAliases");
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const Spot alias = aliases.item(i);
    const Spot ip = alias.field("ip"), names = alias.field("hostnames");
    if (!is_ip_address(ip.text())) refuse(ip, quoted(ip.text()) + " is no IP address");
    for (std::size_t n = 0; n < names.size(); ++n) {
      const Spot name = names.item(n);
      if (!is_dns_subdomain(name.text())) refuse(name, quoted(name.text()) + " is no DNS name");
    }
  }
}

void resource_claims(const PodView& pod) {
  const Refuser refuse(pod.context, diag::PodSettingInvalid);
  const Spot claims = pod.spec.field("resourceClaims");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Spot claim = claims.item(i);
    const Spot name = claim.field("name");
    if (!is_dns_label(name.text())) refuse(name, quoted(name.text()) + " cannot be the name of a claim of a pod");
    if (!name.text().empty() && !seen.insert(name.text()).second)
      refuse(name, "two claims of the pod are called " + quoted(name.text()));
    const Spot by_name = claim.field("resourceClaimName"), by_template = claim.field("resourceClaimTemplateName");
    if (by_name.exists() == by_template.exists())
      refuse(claim, "a claim of a pod needs either `resourceClaimName` or `resourceClaimTemplateName`");
    for (const Spot* s : {&by_name, &by_template})
      if ((*s)->is_string() && !is_dns_subdomain(s->text()))
        refuse(*s,
               quoted(s->text()) + " is no name of " + (s == &by_name ? "a ResourceClaim" : "a ResourceClaimTemplate"));
  }
}

void host_name(const PodView& pod) {
  const Refuser refuse(pod.context, diag::PodSettingInvalid);
  const Spot name = pod.spec.field("hostnameOverride");
  if (!name.exists()) return;
  if (pod.spec.field("setHostnameAsFQDN")->as_bool())
    refuse(name, "`hostnameOverride` cannot be set together with `setHostnameAsFQDN`");
  if (pod.host_network) refuse(name, "`hostnameOverride` cannot be set together with `hostNetwork`");
  if (name.text().size() > 64 || !is_dns_subdomain(name.text())) refuse(name, quoted(name.text()) + " is no host name");
}

// What the init container that waits brings along (reference: expansion 7.3).
void injected_names(const PodView& pod) {
  if (!pod.waits) return;
  const Refuser refuse(pod.context, diag::InjectedNameTaken);
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"containers", keys::kInitContainer},
                                                                      {"initContainers", keys::kInitContainer},
                                                                      {"volumes", keys::kTokenVolume},
                                                                      {"volumes", keys::kPodInfoVolume}};
  for (const auto& [field, taken] : kNames) {
    const Spot list = pod.spec.field(field);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot item = list.item(i);
      const Spot name = item.field("name");
      if (name.text() == taken)
        refuse(name, quoted(taken) + " is the name of " + (field == "volumes" ? "a volume" : "the init container") +
                         " that every pod gets that starts after others");
    }
  }
}

// Whether an AppArmor annotation says what the security context says, if that says anything.
bool same_profile(const PodView& pod, std::string_view container, std::string_view annotation) {
  if (pod.os == "windows") return true;
  for (std::string_view list : {"containers", "initContainers"})
    for (const Value& c : (*pod.spec)[list].items()) {
      if (c["name"].as_string() != container) continue;
      const Value* profile = c.find("securityContext", "appArmorProfile");
      if (!profile) profile = pod.spec->find("securityContext", "appArmorProfile");
      if (!profile) return true;
      std::string_view type = (*profile)["type"].as_string();
      if (type == "Unconfined") return annotation == "unconfined";
      if (type == "RuntimeDefault") return annotation == "runtime/default";
      return annotation == "localhost/" + std::string((*profile)["localhostProfile"].as_string());
    }
  return true;
}

// Annotations that the API server reads as settings of the pod.
void pod_annotations(const PodView& pod, const Value* annotations, std::size_t clique) {
  if (!annotations) return;
  const Refuser refuse(pod.context, diag::ObjectMetadataInvalid);
  const Spot map(*annotations, clique_path(clique, ".annotations"));
  const Spot mirror = map.field("kubernetes.io/config.mirror");
  if (mirror.exists()) refuse(mirror, "the annotation marks static pods, which name their node");
  const Spot cost = map.field("controller.kubernetes.io/pod-deletion-cost");
  if (cost.exists()) {
    std::string_view digits = cost.text();
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    bool good = !digits.empty() && digits.size() <= 10 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (good) {
      std::int64_t n = std::stoll(std::string(digits));
      good = n <= 2147483647 + (cost.text().starts_with('-') ? 1 : 0) && (digits.size() == 1 || digits[0] != '0') &&
             !cost.text().starts_with('+') && cost.text() != "-0";
    }
    if (!good) refuse(cost, quoted(cost.text()) + " is no 32-bit number, which a deletion cost has to be");
  }
  constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
  for (const Member& m : annotations->members()) {
    if (!m.key.starts_with(kAppArmor)) continue;
    const Spot profile = map.field(m.key);
    std::string_view wanted = m.key.substr(kAppArmor.size());
    bool found = pod.waits && wanted == keys::kInitContainer;
    for (std::string_view list : {"containers", "initContainers"})
      for (const Value& c : (*pod.spec)[list].items()) found |= c["name"].as_string() == wanted;
    if (!found) refuse(profile, "the pods have no container " + quoted(wanted));
    if (!profile.text().empty() && !is_word_of(profile.text(), "runtime/default|unconfined") &&
        !profile.text().starts_with("localhost/"))
      refuse(profile, quoted(profile.text()) + " is no AppArmor profile");
    else if (!same_profile(pod, wanted, profile.text()))
      refuse(profile, quoted(profile.text()) + " differs from the `appArmorProfile` of container " + quoted(wanted));
  }
}

}  // namespace

void verify_pod_settings(const PodView& pod) {
  const Refuser refuse(pod.context, diag::PodSettingInvalid);
  constexpr FieldRule kRules[] = {
      one_of("restartPolicy", "Always|OnFailure|Never"),
      one_of("dnsPolicy", "ClusterFirst|ClusterFirstWithHostNet|Default|None"),
      in_range("activeDeadlineSeconds", 1, 2147483647),
      text_rule("serviceAccountName", is_dns_subdomain, "a name of a ServiceAccount"),
      text_rule("priorityClassName", is_dns_subdomain, "a name of a PriorityClass"),
      text_rule("runtimeClassName", is_dns_subdomain, "a name of a RuntimeClass"),
      one_of("preemptionPolicy", "PreemptLowerPriority|Never"),
  };
  refuse.check(pod.spec, kRules);
  const Spot os = pod.spec.field("os");
  if (os.exists()) {
    refuse.check(os, required("name"));
    if (!pod.os.empty()) refuse.check(os, one_of("name", "linux|windows"));
  }
  const Spot gates = pod.spec.field("readinessGates");
  for (std::size_t i = 0; i < gates.size(); ++i) {
    const Spot gate = gates.item(i);
    refuse.check(gate, text_rule("conditionType", is_qualified_name, "a type of a condition"));
  }
  dns(pod);
  host_aliases(pod);
  host_name(pod);
  resource_claims(pod);
  injected_names(pod);
}

void verify_object_annotations(Context& context, const Value* annotations, const std::string& path) {
  if (!annotations) return;
  const Refuser refuse(context, diag::ObjectMetadataInvalid);
  const Spot map(*annotations, path);
  std::size_t bytes = 0;
  for (const Member& m : annotations->members()) {
    bytes += m.key.size() + m.value.as_string().size();
    if (is_qualified_name(m.key) || is_qualified_name(to_lower_ascii(m.key))) continue;
    context.diags.report(m.key_at, diag::ObjectMetadataInvalid, quoted(m.key) + " is no key of an annotation")
        .path(path);
  }
  if (bytes > 256 * 1024) refuse(map, "the annotations have " + std::to_string(bytes) + " bytes, more than 262144");
}

void verify_pod(Context& context, const PodCliqueSet& set, const Clique& clique) {
  if (!clique.pod_spec || !clique.pod_spec->is_mapping()) return;
  const Value spec = go_encode(context.arena, *clique.pod_spec, schemas::type_named("v1.PodSpec"));
  PodView pod = view_of(context, set, clique, spec);
  verify_pod_settings(pod);
  verify_pod_volumes(pod);
  verify_pod_containers(pod);
  verify_pod_resources(pod);
  verify_pod_security(pod);
  verify_pod_scheduling(pod);
  pod_annotations(pod, clique.annotations, clique.index);
}

}  // namespace grovec::passes
