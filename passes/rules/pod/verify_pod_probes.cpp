// Probes and hooks of the lifecycle. `stopSignal` is dropped by the API server unless a gate is on.
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

void port(const Refuser& refuse, const Spot& node) {
  const Spot p = node.field("port");
  if (p->is_string()) {
    if (!is_port_name(p.text())) refuse(p, quoted(p.text()) + " is no number or name of a port");
  } else if (p->as_int() < 1 || p->as_int() > 65535) {
    refuse(p,
           p.exists() ? "the port is " + std::to_string(p->as_int()) + "; it must be 1 to 65535" : "`port` is missing");
  }
}

void http(const Refuser& refuse, const Spot& get) {
  port(refuse, get);
  refuse.check(get, one_of("scheme", "HTTP|HTTPS"));
  const Spot headers = get.field("httpHeaders");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const Spot header = headers.item(i);
    refuse.check(header, text_rule("name", is_header_name, "a name of an HTTP header"));
  }
}

// Exactly one of these; the API server looks into the first one only.
void handler(const PodView& pod, const Refuser& refuse, const Spot& node, std::string_view what,
             std::string_view kinds) {
  std::string_view first;
  for (std::string_view kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    if (!is_word_of(kind, kinds)) continue;
    const Spot h = node.field(kind);
    if (!h.exists()) continue;
    if (!first.empty()) {
      refuse(h, std::string(what) + " has two handlers, " + quoted(first) + " and " + quoted(kind));
      continue;
    }
    first = kind;
    if (kind == "exec") refuse.check(h, required("command"));
    if (kind == "httpGet") http(refuse, h);
    if (kind == "tcpSocket" || kind == "grpc") port(refuse, h);
    if (kind == "sleep") {
      const Spot seconds = h.field("seconds");
      if (seconds->as_int() < 0 || seconds->as_int() > pod.grace_period)
        refuse(seconds, "the hook sleeps " + std::to_string(seconds->as_int()) +
                            " seconds; at most `terminationGracePeriodSeconds` " + std::to_string(pod.grace_period) +
                            " are possible");
    }
  }
  if (first.empty()) {
    std::string list(kinds);
    for (std::size_t at; (at = list.find('|')) != std::string::npos;) list.replace(at, 1, ", ");
    refuse(node, std::string(what) + " has no handler; known: " + list);
  }
}

}  // namespace

void verify_container_probes(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::ProbeInvalid);
  for (std::string_view kind : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const Spot probe = c.field(kind);
    if (!probe.exists()) continue;
    handler(pod, refuse, probe, "the probe", "exec|httpGet|tcpSocket|grpc");
    constexpr FieldRule kCounts[] = {at_least("initialDelaySeconds", 0), at_least("timeoutSeconds", 0),
                                     at_least("periodSeconds", 0), at_least("failureThreshold", 0)};
    refuse.check(probe, kCounts);
    if (kind == "readinessProbe") {
      refuse.check(probe, at_least("successThreshold", 0));
      refuse.check(probe, forbidden("terminationGracePeriodSeconds", "on a readiness probe"));
      continue;
    }
    refuse.check(probe, at_least("terminationGracePeriodSeconds", 1));
    const Spot successes = probe.field("successThreshold");
    if (successes.exists() && successes->as_int() != 1 && successes->as_int() != 0)
      refuse(successes, "`successThreshold` is " + std::to_string(successes->as_int()) + "; it must be 1 in a " +
                            (kind == "livenessProbe" ? "liveness" : "startup") + " probe")
          .fix(successes.at(pod.context), "1");
  }
  const Spot lifecycle = c.field("lifecycle");
  if (!lifecycle.exists()) return;
  for (std::string_view hook : {"postStart", "preStop"}) {
    const Spot h = lifecycle.field(hook);
    if (h.exists()) handler(pod, refuse, h, "the hook", "exec|httpGet|tcpSocket|sleep");
  }
}

}  // namespace grovec::passes
