#include "passes/rules/verify_scale.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "ir/names.h"
#include "ir/pod_spec.h"
#include "passes/expand/nvlink.h"
#include "passes/rules/object_names.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

/// An index as a name has it; of what has no replicas, the names that it would have with one.
std::uint32_t index_of(std::int64_t highest) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(highest, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// `replica`: which index tells the claims of one entry apart.
void verify_claims_of(Context& context, const std::vector<SharingEntry>& list, const std::string& path,
                      const Value& owner, Hole replica, const Instance& highest) {
  for (std::size_t k = 0; k < list.size(); ++k) {
    const SharingEntry& e = list[k];
    Arena& a = context.arena;
    const std::string name =
        name_text(e.scope == SharingScope::kAllReplicas ? names::claim_all(a, owner, e.name)
                                                        : names::claim_each(a, owner, replica, e.name),
                  highest);
    if (!is_dns_label(name))
      context.diags.report(e.at("name"), diag::ClaimNameInvalid, name).path(path + "[" + std::to_string(k) + "].name");
  }
}

// A claim that pods share must not have the name of a claim of their own.
void verify_own_claims(Context& context, const PodCliqueSet& set, const Scale& scale, const Clique& c) {
  const Value& claims = (*c.pod_spec)["resourceClaims"];
  if (claims.size() == 0) return;
  std::vector<ObjectName> names = shared_claim_names(context.arena, set, c, scale);
  const std::size_t shared = names.size();
  for (std::size_t i = 0; i < claims.items().size(); ++i) {
    const Value& name = claims.items()[i]["name"];
    names.push_back({&set,
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
    context.diags
        .report(second.at, diag::InjectedNameTaken, "`" + name + "` is the name of a claim that the pods share")
        .note(first.at, diag::DeclaredHere, first.declared)
        .path(second.path);
  });
}

}  // namespace

Scale declared_scale(const PodCliqueSet& set) {
  Scale scale{set.replicas, {}, {}};
  for (const ScalingGroup& g : set.groups) scale.groups.push_back(most_replicas(g.replicas, g.auto_scaling));
  for (const Clique& c : set.cliques) scale.cliques.push_back(most_replicas(c.replicas, c.auto_scaling));
  return scale;
}

bool verify_pod_names(Context& context, const PodCliqueSet& set, const Clique& c, const PodScale& scale) {
  const std::size_t before = context.diags.all().size();
  const Value clique = c.group ? names::member_clique(context.arena, set.name, set.groups[*c.group].name, c.name)
                               : names::standalone_clique(context.arena, set.name, c.name);
  const std::string host =
      name_text(names::host(context.arena, clique),
                {.set_replica = index_of(scale.set_replica),
                 .group_replica = index_of(scale.group_replica),
                 .pod_index = index_of(std::min<std::int64_t>(scale.pods, kMostPodsOfClique) - 1)});
  OriginId at = c.at("name");
  if (c.group && set.groups[*c.group].name.find('.') != std::string_view::npos) at = set.groups[*c.group].at("name");
  const bool set_has_dots = set.name.find('.') != std::string_view::npos;
  if (!set_has_dots && host.find('.') != std::string::npos)
    context.diags.report(at, diag::NameHasDots, host).path(clique_path(c.index, ".name"));
  // Host names are the longest names with a limit of 63, label values included.
  if (host.size() > kMaxDnsLabel)
    context.diags.report(at, diag::HostNameTooLong, host, static_cast<std::uint64_t>(host.size()))
        .path(clique_path(c.index, ".name"));
  if (scale.pods > static_cast<std::int64_t>(kMostPodsOfClique))
    context.diags.report(c.spec_at("replicas"), diag::TooManyPods, c.name, scale.pods)
        .path(clique_path(c.index, ".spec.replicas"));
  return context.diags.all().size() > before;
}

// Each entry makes ResourceClaims, and claims of the same name in the pods.
void verify_claim_names(Context& context, const PodCliqueSet& set, const Scale& scale) {
  Instance highest{.set_replica = index_of(scale.set - 1)};
  verify_claims_of(context, set.sharing, "spec.template.resourceSharing", Value::string(set.name), Hole::kSetReplica,
                   highest);
  auto replicas_of = [&](GroupId g) { return index_of(scale.groups[static_cast<std::size_t>(g)] - 1); };
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    const GroupId id = set.groups.id_at(s);
    const ScalingGroup& g = set.groups[id];
    if (g.sharing.empty()) continue;
    highest.group_replica = replicas_of(id);
    verify_claims_of(context, g.sharing, group_path(g.index, ".resourceSharing"),
                     names::scaling_group(context.arena, set, id), Hole::kGroupReplica, highest);
  }
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    const CliqueId id = set.cliques.id_at(s);
    const Clique& c = set.cliques[id];
    if (c.sharing.empty()) continue;
    highest.group_replica = c.group ? replicas_of(*c.group) : 0;
    highest.pod_index = index_of(scale.cliques[c.index] - 1);
    verify_claims_of(context, c.sharing, clique_path(c.index, ".resourceSharing"),
                     names::clique(context.arena, set, id), Hole::kPodIndex, highest);
  }
}

// A ComputeDomain carries its name as a label.
void verify_compute_domain_names(Context& context, const PodCliqueSet& set, const Scale& scale) {
  std::set<OriginId> seen;
  for (const Clique& c : set.cliques) {
    const Value* group = nvlink_group(set, c);
    if (!group || !requests_gpu(*c.pod_spec) || !seen.insert(group->at()).second) continue;
    const std::string name = name_text(names::compute_domain(context.arena, set.name, group->as_string()),
                                       {.set_replica = index_of(scale.set - 1)});
    if (name.size() > kMaxDnsLabel)
      context.diags.report(group->at(), diag::ObjectMetadataInvalid,
                           "the ComputeDomain `" + name +
                               "` has its name as a label, which has at most 63 characters, not " +
                               std::to_string(name.size()));
  }
}

// `<g>-<j>-<c>` of a member can be the name of a standalone clique, or of a member of another group; claims are named
// after their owners in the same way.
void verify_same_names(Context& context, const PodCliqueSet& set, const Scale& scale) {
  auto report = [&](const ObjectName& first, const ObjectName& second, const std::string& name) {
    context.diags.report(second.at, diag::SameObjectName, second.kind, name)
        .note(first.at, diag::DeclaredHere, first.declared)
        .path(second.path);
  };
  if (can_names_meet(set)) find_same_names(object_names(context.arena, set, scale), report);
  for (const Clique& c : set.cliques) verify_own_claims(context, set, scale, c);
}

}  // namespace grovec::passes
