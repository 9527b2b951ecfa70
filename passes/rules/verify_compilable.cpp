#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ir/names.h"
#include "ir/pod_spec.h"
#include "passes/expand/nvlink.h"
#include "passes/go/go_encode.h"
#include "passes/rules/object_names.h"
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string digits_of(std::int64_t highest) { return std::to_string(std::max<std::int64_t>(highest, 0)); }

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
      if (c.auto_scaling) {
        scaling(*c.auto_scaling, *c.spec, clique_path(c.index, ".spec.autoScalingConfig"));
        range(c, c.spec_at("replicas"), clique_path(c.index, ".spec.replicas"));
      }
    for (const ScalingGroup& g : set_.groups)
      if (g.auto_scaling) {
        scaling(*g.auto_scaling, *g.node, group_path(g.index, ".scaleConfig"));
        range(g, g.at("replicas"), group_path(g.index, ".replicas"));
      }
    if (set_.replicas <= 0) return;  // nothing below is created
    if (!is_dns1035_label(set_.name))
      context_.diags.report((*set_.node)["metadata"]["name"].at(), diag::SetNameNoServiceName, set_.name)
          .path("metadata.name");
    for (const Clique& c : set_.cliques) clique(c);
    for (const ScalingGroup& g : set_.groups)
      verify_object_annotations(context_, g.annotations, group_path(g.index, ".annotations"));
    shared_claims();
    same_names();
    verify_gang_size(context_, set_);
    if (environment_.config.auto_mnnvl) compute_domains();
  }

 private:
  // Host names are the longest names with a limit of 63, label values included.
  void clique(const Clique& c) {
    std::string base = std::string(set_.name) + "-" + digits_of(set_.replicas - 1) + "-";
    OriginId at = c.at("name");
    bool set_has_dots = set_.name.find('.') != std::string_view::npos;
    if (c.group) {
      const ScalingGroup& g = set_.groups[*c.group];
      std::int64_t replicas = most_replicas(g.replicas, g.auto_scaling);
      base += std::string(g.name) + "-" + digits_of(replicas - 1) + "-";
      if (g.name.find('.') != std::string_view::npos) at = g.at("name");
    }
    std::int64_t pods = most_replicas(c.replicas, c.auto_scaling);
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

  // A lint: an autoscaler enforces its range even if it has no metrics.
  template <class Template>
  void range(const Template& t, OriginId replicas_at, const std::string& path) {
    const AutoScaling& a = *t.auto_scaling;
    const std::int32_t least = std::max(a.min_replicas.value_or(1), 1);
    if (least > a.max_replicas || (t.replicas >= least && t.replicas <= a.max_replicas) || t.replicas == 0) return;
    context_.diags.report(replicas_at, diag::ReplicasOutsideAutoscaler, t.replicas, least, a.max_replicas)
        .note(written_at(context_, a.at(t.replicas < least ? "minReplicas" : "maxReplicas")), diag::SetHere,
              t.replicas < least ? "minReplicas" : "maxReplicas")
        .path(path);
  }

  // `<g>-<j>-<c>` of a member can be the name of a standalone clique, or of a member of another group; claims are named
  // after their owners in the same way.
  void same_names() {
    auto report = [&](const ObjectName& first, const ObjectName& second, const std::string& name) {
      context_.diags.report(second.at, diag::SameObjectName, second.kind, name)
          .note(first.at, diag::DeclaredHere, first.declared)
          .path(second.path);
    };
    if (can_names_meet(set_)) find_same_names(object_names(context_.arena, set_), report);
    for (const Clique& c : set_.cliques) {
      const Value& claims = (*c.pod_spec)["resourceClaims"];
      if (claims.size() == 0) continue;
      std::vector<ObjectName> names = shared_claim_names(context_.arena, set_, c);
      const std::size_t shared = names.size();
      for (std::size_t i = 0; i < claims.items().size(); ++i) {
        const Value& name = claims.items()[i]["name"];
        names.push_back({&set_,
                         "ResourceClaim",
                         name,
                         {},
                         name.at(),
                         name.as_string(),
                         clique_path(c.index, ".spec.podSpec.resourceClaims[" + std::to_string(i) + "].name")});
      }
      find_same_names(names, [&](const ObjectName& first, const ObjectName& second, const std::string& name) {
        if (&second < &names[shared]) return;  // both shared: said above
        if (&first >= &names[shared]) return;  // both the user's
        context_.diags
            .report(second.at, diag::InjectedNameTaken, "`" + name + "` is the name of a claim that the pods share")
            .note(first.at, diag::DeclaredHere, first.declared)
            .path(second.path);
      });
    }
  }

  // A ComputeDomain carries its name as a label.
  void compute_domains() {
    std::set<OriginId> seen;
    for (const Clique& c : set_.cliques) {
      const Value* group = nvlink_group(set_, c);
      if (!group || !requests_gpu(*c.pod_spec) || !seen.insert(group->at()).second) continue;
      const std::string name =
          std::string(set_.name) + "-" + digits_of(set_.replicas - 1) + "-" + std::string(group->as_string());
      if (name.size() > kMaxDnsLabel)
        context_.diags.report(group->at(), diag::ObjectMetadataInvalid,
                              "the ComputeDomain `" + name +
                                  "` has its name as a label, which has at most 63 characters, not " +
                                  std::to_string(name.size()));
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
                       set + "-" + digits + "-" + std::string(g.name),
                       digits_of(most_replicas(g.replicas, g.auto_scaling) - 1));
    for (const Clique& c : set_.cliques) {
      std::string owner = set + "-" + digits + "-";
      if (c.group) {
        const ScalingGroup& g = set_.groups[*c.group];
        owner += std::string(g.name) + "-" + digits_of(most_replicas(g.replicas, g.auto_scaling) - 1) + "-";
      }
      shared_claims_of(c.sharing, clique_path(c.index, ".resourceSharing"), owner + std::string(c.name),
                       digits_of(most_replicas(c.replicas, c.auto_scaling) - 1));
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
