// Containers: names, images, ports, restart rules, probes and lifecycle.
#include <algorithm>

#include "passes/places.h"
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kLists[] = {"containers", "initContainers"};

void identity(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::ContainerInvalid);
  const std::string_view name = c.field("name").text();
  const Spot name_spot = c.field("name"), image = c.field("image");
  if (name.empty()) {
    refuse(name_spot, "a container needs a `name`; the API server refuses the pods");
  } else if (!is_dns_label(name)) {
    DiagnosticBuilder found =
        refuse(name_spot, quoted(name) + " cannot be the name of a container; the API server refuses the pods");
    std::string better = dns_suggestion(name);
    if (!better.empty()) found.fix(name_spot.at(pod.context), better);
  }
  if (image.text().empty()) {
    refuse(image.exists() || name.empty() ? image : name_spot,
           "container " + quoted(name) + " has no `image`; the API server refuses the pods")
        .path(image.path());
  } else if (is_blank_text(image.text().substr(0, 1)) || is_blank_text(image.text().substr(image.text().size() - 1))) {
    std::string_view trimmed = image.text();
    while (!trimmed.empty() && is_blank_text(trimmed.substr(0, 1))) trimmed.remove_prefix(1);
    while (!trimmed.empty() && is_blank_text(trimmed.substr(trimmed.size() - 1))) trimmed.remove_suffix(1);
    DiagnosticBuilder found = refuse(image, "the image of container " + quoted(name) +
                                                " starts or ends with a blank; the API server refuses the pods");
    if (!trimmed.empty()) found.fix(image.at(pod.context), std::string(trimmed));
  }
}

void restarts(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::ContainerSettingInvalid);
  constexpr FieldRule kRules[] = {one_of("imagePullPolicy", "Always|IfNotPresent|Never"),
                                  one_of("terminationMessagePolicy", "File|FallbackToLogsOnError"),
                                  one_of("restartPolicy", "Always|OnFailure|Never")};
  refuse.check(c, kRules);
  const Spot rules = c.field("restartPolicyRules");
  if (rules.size() > 0 && !c.field("restartPolicy").exists())
    refuse(rules, "`restartPolicyRules` need a `restartPolicy`");
  if (rules.size() > 20) refuse(rules, "at most 20 `restartPolicyRules` are possible");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Spot rule = rules.item(i);
    const Spot codes = rule.field("exitCodes"), action = rule.field("action");
    if (action.text() != "Restart") refuse(action, quoted(action.text()) + " is no action; known: Restart");
    if (!codes.exists()) {
      refuse(rule, "`exitCodes` is missing");
      continue;
    }
    const Spot op = codes.field("operator"), values = codes.field("values");
    if (!is_word_of(op.text(), "In|NotIn")) refuse(op, quoted(op.text()) + " is no operator; known: In, NotIn");
    if (values.size() > 255) refuse(values, "at most 255 exit codes are possible");
  }
  const Spot resize = c.field("resizePolicy");
  std::set<std::string_view> seen;
  const bool never = (*pod.spec)["restartPolicy"].as_string() == "Never";
  for (std::size_t i = 0; i < resize.size(); ++i) {
    const Spot item = resize.item(i);
    const Spot resource = item.field("resourceName"), policy = item.field("restartPolicy");
    if (!is_word_of(resource.text(), "cpu|memory"))
      refuse(resource, quoted(resource.text()) + " is no resource that can be resized; known: cpu, memory");
    if (!is_word_of(policy.text(), "NotRequired|RestartContainer"))
      refuse(policy, quoted(policy.text()) + " is no value of `restartPolicy`; known: NotRequired, RestartContainer");
    else if (never && policy.text() != "NotRequired")
      refuse(policy, "it must be `NotRequired` where the pod's `restartPolicy` is `Never`");
    if (!seen.insert(resource.text()).second) refuse(resource, quoted(resource.text()) + " is there twice");
  }
}

void ports(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::ContainerPortInvalid);
  const Spot list = c.field("ports");
  std::map<std::string_view, OriginId> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot port = list.item(i);
    const Spot name = port.field("name"), number = port.field("containerPort"), host = port.field("hostPort");
    if (!name.text().empty() && !is_port_name(name.text())) {
      refuse(name, quoted(name.text()) +
                       " is no name of a port: at most 15 lower case letters, digits and single dashes, with a letter");
    } else if (!name.text().empty()) {
      auto [it, is_new] = seen.emplace(name.text(), name.at(pod.context));
      if (!is_new)
        refuse(name, "two ports of the container are called " + quoted(name.text()))
            .note(it->second, diag::FirstItemHere);
    }
    constexpr FieldRule kRules[] = {in_range("containerPort", 1, 65535), one_of("protocol", "TCP|UDP|SCTP"),
                                    in_range("hostPort", 0, 65535)};
    refuse.check(port, kRules);
    if (!number.exists()) refuse(port, "`containerPort` is missing");
    if (pod.host_network && host->as_int() != 0 && host->as_int() != number->as_int())
      refuse(host, "`hostPort` is " + std::to_string(host->as_int()) +
                       "; with `hostNetwork` it must be the `containerPort` " + std::to_string(number->as_int()))
          .fix(host.at(pod.context), std::to_string(number->as_int()));
  }
}

// A port of the node is there once for each protocol and address. With hostNetwork every port is one.
void host_ports(const PodView& pod, const Spot& c, std::map<std::string, OriginId>& seen) {
  const Refuser refuse(pod.context, diag::ContainerPortInvalid);
  const Spot list = c.field("ports");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot port = list.item(i);
    const Spot host = port.field("hostPort"), number = port.field("containerPort");
    const Spot& effective = pod.host_network && host->as_int() == 0 ? number : host;
    if (effective->as_int() == 0) continue;
    std::string_view protocol = port.field("protocol").text();
    std::string key = std::string(protocol.empty() ? "TCP" : protocol) + "/" +
                      std::string(port.field("hostIP").text()) + "/" + std::to_string(effective->as_int());
    auto [it, is_new] = seen.emplace(key, effective.at(pod.context));
    if (!is_new)
      refuse(effective, "port " + std::to_string(effective->as_int()) + " of the node is taken twice" +
                            (pod.host_network ? " (the pod uses `hostNetwork`)" : ""))
          .note(it->second, diag::FirstItemHere);
  }
}

void unique_names(const PodView& pod) {
  const Refuser refuse(pod.context, diag::ContainerInvalid);
  std::map<std::string_view, OriginId> seen;
  for (std::string_view list_name : kLists) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      const Spot name = c.field("name");
      if (name.text().empty()) continue;
      auto [it, is_new] = seen.emplace(name.text(), name.at(pod.context));
      if (!is_new)
        refuse(name, "two containers are called " + quoted(name.text()) + "; the API server refuses the pods")
            .note(it->second, diag::FirstItemHere);
    }
  }
}

}  // namespace

void verify_pod_containers(const PodView& pod) {
  const Refuser refuse(pod.context, diag::ContainerInvalid);
  const Spot main = pod.spec.field("containers"), ephemeral = pod.spec.field("ephemeralContainers");
  if (main.size() == 0) {
    const OriginId at = key_at(*pod.spec, "containers");
    pod.context.diags
        .report(at == kNowhere ? pod.spec.at(pod.context) : at, diag::ContainerInvalid,
                "a pod needs at least one container; the API server refuses the pods")
        .path(main.path());
  }
  if (ephemeral.size() > 0)
    refuse(ephemeral,
           "`ephemeralContainers` are added to running pods; the API server refuses new pods that have some");
  unique_names(pod);
  std::map<std::string, OriginId> main_ports;
  for (std::string_view list_name : kLists) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      identity(pod, c);
      restarts(pod, c);
      ports(pod, c);
      std::map<std::string, OriginId> own_ports;  // init containers run one by one
      host_ports(pod, c, list_name == "containers" ? main_ports : own_ports);
      verify_container_env(pod, c);
      verify_container_mounts(pod, c);
      if (list_name == "containers" || c.field("restartPolicy").text() == "Always") {
        verify_container_probes(pod, c);
        continue;
      }
      const Refuser refuse_probe(pod.context, diag::ProbeInvalid);
      constexpr std::string_view kWhen = "on an init container without `restartPolicy: Always`";
      constexpr FieldRule kRules[] = {forbidden("lifecycle", kWhen), forbidden("livenessProbe", kWhen),
                                      forbidden("readinessProbe", kWhen), forbidden("startupProbe", kWhen)};
      refuse_probe.check(c, kRules);
    }
  }
}

}  // namespace grovec::passes
