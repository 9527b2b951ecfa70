#include <algorithm>

#include "ir/names.h"
#include "passes/text_rules.h"
#include "passes/verify_spec.h"

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
    containers(c);
  }

  // What the API server checks in a Pod and the CRD does not: the mistakes that keep a clique from ever having pods.
  void containers(const Clique& c) {
    if (!c.pod_spec) return;
    std::span<const Value> all = (*c.pod_spec)["containers"].items();
    auto bad = [&](OriginId at, const std::string& text, const std::string& path) {
      context_.diags.report(at, diag::ContainerInvalid, text).path(clique_path(c.index, ".spec.podSpec." + path));
    };
    if (all.empty())
      bad(key_at(*c.pod_spec, "containers"), "a pod needs at least one container; the API server refuses the pods",
          "containers");
    for (std::string_view list : {"containers", "initContainers"}) {
      std::span<const Value> items = (*c.pod_spec)[list].items();
      for (std::size_t i = 0; i < items.size(); ++i) {
        std::string path = std::string(list) + "[" + std::to_string(i) + "]";
        const Value& name = items[i]["name"];
        OriginId at = is_filled(context_, name.at()) ? items[i].at() : name.at();
        if (name.as_string().empty())
          bad(at, "a container needs a `name`; the API server refuses the pods", path + ".name");
        else if (!is_dns_label(name.as_string()))
          bad(at,
              "`" + std::string(name.as_string()) +
                  "` cannot be the name of a container; the API server refuses the pods",
              path + ".name");
        const Value* image = items[i].find("image");
        if (!image || is_blank_text(image->as_string()))
          bad(image ? image->at() : at,
              "container `" + std::string(name.as_string()) + "` has no `image`; the API server refuses the pods",
              path + ".image");
      }
    }
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
    if (!a.metrics) return;
    constexpr std::pair<std::string_view, std::string_view> kSources[] = {{"Resource", "resource"},
                                                                          {"ContainerResource", "containerResource"},
                                                                          {"Pods", "pods"},
                                                                          {"Object", "object"},
                                                                          {"External", "external"}};
    for (std::size_t i = 0; i < a.metrics->items().size(); ++i) {
      const Value& metric = a.metrics->items()[i];
      const std::string metric_path = path + ".metrics[" + std::to_string(i) + "]";
      std::string_view type = metric["type"].as_string();
      auto source =
          std::find_if(std::begin(kSources), std::end(kSources), [&](const auto& s) { return s.first == type; });
      OriginId place = is_filled(context_, metric["type"].at()) ? metric.at() : metric["type"].at();
      if (source == std::end(kSources))
        context_.diags
            .report(place, diag::BadMetric,
                    "`" + std::string(type) +
                        "` is no type of a metric; known: Resource, ContainerResource, Pods, Object, External")
            .path(metric_path);
      else if (!metric.find(source->second))
        context_.diags
            .report(place, diag::BadMetric,
                    "a metric of type `" + std::string(type) + "` needs `" + std::string(source->second) + "`")
            .path(metric_path);
    }
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
    context_.diags.report(e.at("name"), diag::ClaimTemplateMissing, e.name, ns).path(path);
  }

  Context& context_;
  const PodCliqueSet& set_;
  const Environment& environment_;
};

}  // namespace

void verify_compilable(Context& context, const PodCliqueSet& set, const Environment& environment) {
  Compilable(context, set, environment).run();
}

}  // namespace grovec::passes
