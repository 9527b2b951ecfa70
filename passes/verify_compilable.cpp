#include <algorithm>
#include <map>
#include <utility>

#include "ir/names.h"
#include "passes/go_encode.h"
#include "passes/text_rules.h"
#include "passes/verify_pod.h"
#include "passes/verify_spec.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string digits_of(std::int64_t highest) { return std::to_string(std::max<std::int64_t>(highest, 0)); }

/// Most replicas a clique or group may ever have.
std::int64_t most(std::int32_t replicas, const std::optional<AutoScaling>& scaling) {
  return scaling ? std::max(replicas, scaling->max_replicas) : replicas;
}

class Compilable {
 public:
  Compilable(Context& context, const PodCliqueSet& set, const Environment& environment)
      : context_(context), set_(set), environment_(environment) {}

  void run() {
    if (set_.name.empty()) {
      context_.diags.report((*set_.node)["metadata"]["generateName"].at(), diag::GeneratedName).path("metadata.name");
      return;
    }
    claims();
    for (const Clique& c : set_.cliques) suffix(c);
    for (const Clique& c : set_.cliques)
      if (c.auto_scaling) scaling(*c.auto_scaling, *c.spec, clique_path(c.index, ".spec.autoScalingConfig"));
    for (const ScalingGroup& g : set_.groups)
      if (g.auto_scaling) scaling(*g.auto_scaling, *g.node, group_path(g.index, ".scaleConfig"));
    if (set_.replicas <= 0) return;  // nothing below is created
    if (!is_dns1035_label(set_.name))
      context_.diags.report((*set_.node)["metadata"]["name"].at(), diag::SetNameNoServiceName, set_.name)
          .path("metadata.name");
    for (const Clique& c : set_.cliques) clique(c);
    for (const ScalingGroup& g : set_.groups)
      verify_object_annotations(context_, g.annotations, group_path(g.index, ".annotations"));
    shared_claims();
    same_names();
  }

 private:
  // Host names are the longest names with a limit of 63, label values included.
  void clique(const Clique& c) {
    std::string base = std::string(set_.name) + "-" + digits_of(set_.replicas - 1) + "-";
    OriginId at = c.at("name");
    bool set_has_dots = set_.name.find('.') != std::string_view::npos;
    if (c.group) {
      const ScalingGroup& g = set_.groups[*c.group];
      std::int64_t replicas = most(g.replicas, g.auto_scaling);
      base += std::string(g.name) + "-" + digits_of(replicas - 1) + "-";
      if (g.name.find('.') != std::string_view::npos) at = g.at("name");
    }
    std::int64_t pods = most(c.replicas, c.auto_scaling);
    std::string host =
        base + std::string(c.name) + "-" + digits_of(std::min<std::int64_t>(pods, kMostPodsOfClique) - 1);
    if (!set_has_dots && host.find('.') != std::string::npos)
      context_.diags.report(at, diag::NameHasDots, host).path(clique_path(c.index, ".name"));
    if (host.size() > kMaxDnsLabel)
      context_.diags.report(at, diag::HostNameTooLong, host, static_cast<std::uint64_t>(host.size()))
          .path(clique_path(c.index, ".name"));
    if (pods > static_cast<std::int64_t>(kMostPodsOfClique))
      context_.diags.report(c.spec_at("replicas"), diag::TooManyPods, c.name, pods)
          .path(clique_path(c.index, ".spec.replicas"));
    verify_pod(context_, set_, c);
  }

  // HorizontalPodAutoscaler: 1 <= minReplicas <= maxReplicas, and metrics of known types.
  void scaling(const AutoScaling& a, const Value& owner, const std::string& path) {
    const std::string_view field = std::string_view(path).substr(path.rfind('.') + 1);
    const std::int32_t least = std::max(a.min_replicas.value_or(1), 1);
    const OriginId at = is_filled(context_, a.at("maxReplicas")) ? key_at(owner, field) : a.at("maxReplicas");
    if (a.max_replicas < 1)
      context_.diags.report(at, diag::AutoscalerMaxTooSmall, a.max_replicas, "1").path(path + ".maxReplicas");
    else if (a.max_replicas < least)
      context_.diags.report(at, diag::AutoscalerMaxTooSmall, a.max_replicas, "`minReplicas` " + std::to_string(least))
          .note(written_at(context_, a.at("minReplicas")), diag::SetHere, "minReplicas")
          .path(path + ".maxReplicas");
    verify_scaling(context_, a, path);
  }

  // `<g>-<j>-<c>` of a member can be the name of a standalone clique, or of a member of another group.
  void same_names() {
    if (set_.groups.empty()) return;
    for (const Clique& c : set_.cliques)
      if (!c.group) collide(c.name, c, nullptr);
    for (const ScalingGroup& g : set_.groups)
      for (CliqueId id : g.cliques) member_collisions(g, set_.cliques[id]);
    for (const Clique& c : set_.cliques) {
      std::optional<GroupId> g = c.auto_scaling && !c.group ? set_.find_group(c.name) : std::nullopt;
      if (g && set_.groups[*g].auto_scaling)
        context_.diags
            .report(c.at("name"), diag::SameAutoscalerName, std::string(set_.name) + "-0-" + std::string(c.name))
            .note(set_.groups[*g].at("name"), diag::DeclaredHere, c.name)
            .path(clique_path(c.index, ".name"));
    }
  }

  static bool skip_index(std::string_view& text, std::int64_t limit) {
    std::size_t n = 0;
    std::int64_t value = 0;
    while (n < text.size() && n < 10 && text[n] >= '0' && text[n] <= '9') value = value * 10 + (text[n++] - '0');
    if (n == 0 || (n > 1 && text[0] == '0') || value >= limit || n >= text.size() || text[n] != '-') return false;
    text.remove_prefix(n + 1);
    return true;
  }

  // `name` follows `<set>-<i>-`: does a group produce it as well?
  void collide(std::string_view name, const Clique& c, const ScalingGroup* own) {
    for (const ScalingGroup& g : set_.groups) {
      if (&g == own || !name.starts_with(std::string(g.name) + "-")) continue;
      std::string_view rest = name.substr(g.name.size() + 1);
      if (!skip_index(rest, most(g.replicas, g.auto_scaling))) continue;
      for (CliqueId id : g.cliques)
        if (set_.cliques[id].name == rest && set_.cliques[id].index != c.index)
          context_.diags
              .report(c.at("name"), diag::SamePodCliqueName, std::string(set_.name) + "-0-" + std::string(name))
              .note(set_.cliques[id].at("name"), diag::DeclaredHere, rest)
              .path(clique_path(c.index, ".name"));
    }
  }

  // Members of a group whose own name looks like `<g1>-<j>-…`: then `<j2>` of this group sits inside a clique name
  // there.
  void member_collisions(const ScalingGroup& g, const Clique& c) {
    for (const ScalingGroup& other : set_.groups) {
      if (&other == &g || !g.name.starts_with(std::string(other.name) + "-")) continue;
      std::string_view inner = g.name.substr(other.name.size() + 1);
      if (!skip_index(inner, most(other.replicas, other.auto_scaling))) continue;
      for (CliqueId id : other.cliques) {
        std::string_view candidate = set_.cliques[id].name;
        if (!candidate.starts_with(std::string(inner) + "-")) continue;
        candidate.remove_prefix(inner.size() + 1);
        if (skip_index(candidate, most(g.replicas, g.auto_scaling)) && candidate == c.name)
          context_.diags
              .report(g.at("name"), diag::SamePodCliqueName,
                      std::string(set_.name) + "-0-" + std::string(other.name) + "-" +
                          std::string(g.name.substr(other.name.size() + 1)))
              .note(set_.cliques[id].at("name"), diag::DeclaredHere, set_.cliques[id].name)
              .path(group_path(g.index, ".name"));
      }
    }
  }

  // A lint: the upstream operator finds cliques by the end of their names.
  void suffix(const Clique& c) {
    if (set_.cliques.size() > 256) return;
    for (const Clique& other : set_.cliques)
      if (other.index != c.index && c.name.size() > other.name.size() + 1 && c.name.ends_with(other.name) &&
          c.name[c.name.size() - other.name.size() - 1] == '-')
        context_.diags.report(c.at("name"), diag::CliqueNameIsSuffix, c.name, other.name)
            .note(other.at("name"), diag::DeclaredHere, other.name)
            .path(clique_path(c.index, ".name"));
  }

  // Each entry makes ResourceClaims, and claims of the same name in the pods.
  void shared_claims() {
    const std::string set = std::string(set_.name), digits = digits_of(set_.replicas - 1);
    shared_claims_of(set_.sharing, "spec.template.resourceSharing", set, digits);
    for (const ScalingGroup& g : set_.groups)
      shared_claims_of(g.sharing, group_path(g.index, ".resourceSharing"),
                       set + "-" + digits + "-" + std::string(g.name), digits_of(most(g.replicas, g.auto_scaling) - 1));
    for (const Clique& c : set_.cliques) {
      std::string owner = set + "-" + digits + "-";
      if (c.group) {
        const ScalingGroup& g = set_.groups[*c.group];
        owner += std::string(g.name) + "-" + digits_of(most(g.replicas, g.auto_scaling) - 1) + "-";
      }
      shared_claims_of(c.sharing, clique_path(c.index, ".resourceSharing"), owner + std::string(c.name),
                       digits_of(most(c.replicas, c.auto_scaling) - 1));
    }
    std::size_t i = 0;
    for (const ClaimTemplate& t : set_.claim_templates) {
      const std::string path = "spec.template.resourceClaimTemplates[" + std::to_string(i++) + "].templateSpec.spec";
      if (!t.claim_spec || !is_shared(t.name)) continue;
      const Value spec = go_encode(context_.arena, *t.claim_spec, schemas::type_named("v1.ResourceClaimSpec"));
      verify_claim_spec(context_, spec, path);
    }
  }

  void shared_claims_of(const std::vector<SharingEntry>& list, const std::string& path, const std::string& owner,
                        const std::string& replica) {
    for (std::size_t k = 0; k < list.size(); ++k) {
      const SharingEntry& e = list[k];
      const std::string infix = e.scope == SharingScope::kAllReplicas ? "-all-" : "-" + replica + "-";
      const std::string name = owner + infix + std::string(e.name);
      if (!is_dns_label(name))
        context_.diags.report(e.at("name"), diag::ClaimNameInvalid, name)
            .path(path + "[" + std::to_string(k) + "].name");
    }
  }

  bool is_shared(std::string_view name) const {
    auto in = [&](const std::vector<SharingEntry>& entries) {
      return std::any_of(entries.begin(), entries.end(),
                         [&](const SharingEntry& e) { return e.namespace_.empty() && e.name == name; });
    };
    return in(set_.sharing) ||
           std::any_of(set_.cliques.begin(), set_.cliques.end(), [&](const Clique& c) { return in(c.sharing); }) ||
           std::any_of(set_.groups.begin(), set_.groups.end(), [&](const ScalingGroup& g) { return in(g.sharing); });
  }

  void claims() {
    claims_of(set_.sharing, "spec.template.resourceSharing");
    for (const Clique& c : set_.cliques) claims_of(c.sharing, clique_path(c.index, ".resourceSharing"));
    for (const ScalingGroup& g : set_.groups) claims_of(g.sharing, group_path(g.index, ".resourceSharing"));
  }

  void claims_of(const std::vector<SharingEntry>& list, const std::string& path) {
    for (std::size_t k = 0; k < list.size(); ++k) claim(list[k], path + "[" + std::to_string(k) + "].name");
  }

  void claim(const SharingEntry& e, const std::string& path) {
    auto internal = [&](const ClaimTemplate& t) { return t.name == e.name; };
    if (e.namespace_.empty() && std::any_of(set_.claim_templates.begin(), set_.claim_templates.end(), internal)) return;
    std::string_view ns = e.namespace_.empty() ? set_.namespace_ : e.namespace_;
    auto external = [&](const ExternalClaimTemplate& t) { return t.name == e.name && t.namespace_ == ns; };
    if (std::any_of(environment_.claim_templates.begin(), environment_.claim_templates.end(), external)) return;
    auto [first, is_new] = missing_.emplace(std::pair(ns, e.name), context_.diags.all().size());
    if (is_new)
      context_.diags.report(e.at("name"), diag::ClaimTemplateMissing, e.name, ns).path(path);
    else
      DiagnosticBuilder(context_.diags, first->second).note(e.at("name"), diag::SetHere, "name");
  }

  Context& context_;
  const PodCliqueSet& set_;
  const Environment& environment_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> missing_;  ///< templates, to their findings
};

}  // namespace

void verify_compilable(Context& context, const PodCliqueSet& set, const Environment& environment) {
  Compilable(context, set, environment).run();
}

}  // namespace grovec::passes
