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
#include "passes/rules/verify_scale.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

class Compilable {
 public:
  Compilable(Context& context, const PodCliqueSet& set, const Environment& environment, Scale scale)
      : context_(context), set_(set), environment_(environment), scale_(std::move(scale)) {}

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
    if (set_.replicas > 0) created();
  }

  /// What holds for a set that has replicas.
  void created() {
    if (!is_dns1035_label(set_.name))
      context_.diags.report((*set_.node)["metadata"]["name"].at(), diag::SetNameNoServiceName, set_.name)
          .path("metadata.name");
    for (const Clique& c : set_.cliques) clique(c);
    for (const ScalingGroup& g : set_.groups)
      verify_object_annotations(context_, g.annotations, group_path(g.index, ".annotations"));
    verify_claim_names(context_, set_, scale_);
    shared_claims();
    verify_same_names(context_, set_, scale_);
    if (environment_.config.auto_mnnvl) verify_compute_domain_names(context_, set_, scale_);
  }

 private:
  void clique(const Clique& c) {
    const std::int64_t groups = c.group ? scale_.groups[static_cast<std::size_t>(*c.group)] : 1;
    verify_pod_names(context_, set_, c, {scale_.set - 1, groups - 1, scale_.cliques[c.index]});
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

  // The specs of claims that entries make.
  void shared_claims() {
    std::size_t i = 0;
    for (const ClaimTemplate& t : set_.claim_templates) {
      const std::string path = "spec.template.resourceClaimTemplates[" + std::to_string(i++) + "].templateSpec.spec";
      if (!t.claim_spec || !is_shared(t.name)) continue;
      const Value spec = go_encode(context_.arena, *t.claim_spec, schemas::type_named("v1.ResourceClaimSpec"));
      verify_claim_spec(context_, spec, path);
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
  const Scale scale_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> missing_;  ///< templates, to their findings
};

}  // namespace

void verify_compilable(Context& context, const PodCliqueSet& set, const Environment& environment) {
  Compilable(context, set, environment, declared_scale(set)).run();
}

void verify_created(Context& context, const PodCliqueSet& set, const Environment& environment, const Scale& scale) {
  Compilable(context, set, environment, scale).created();
}

}  // namespace grovec::passes
