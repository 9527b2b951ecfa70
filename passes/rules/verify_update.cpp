#include <algorithm>

#include "passes/go/go_encode.h"
#include "passes/rules/set/verify_spec.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

void verify_topology_update(Context& context, const PodCliqueSet& old, const PodCliqueSet& now,
                            const Environment& environment);  // verify_update_topology.cpp

namespace {

class Update {
 public:
  Update(Context& context, const PodCliqueSet& old, const PodCliqueSet& now)
      : context_(context), old_(old), now_(now) {}

  void cliques() {
    std::size_t added = 0;
    for (const Clique& c : now_.cliques) {
      std::optional<CliqueId> id = old_.find_clique(c.name);
      if (id) continue;
      ++added;
      context_.diags.report(c.at("name"), diag::CliqueAdded, c.name).path("spec.template.cliques.name");  // V096
    }
    composition_changed_ = added > 0 || now_.cliques.size() != old_.cliques.size();
    if (now_.cliques.size() != old_.cliques.size() && added == 0)  // V095; with V096 it would be the same mistake
      context_.diags
          .report(key_at(*now_.template_, "cliques"), diag::CliqueCountChanged,
                  static_cast<std::uint64_t>(now_.cliques.size()), static_cast<std::uint64_t>(old_.cliques.size()))
          .path("spec.template.cliques");
    for (const Clique& c : now_.cliques)
      if (std::optional<CliqueId> id = old_.find_clique(c.name)) clique(c, old_.cliques[*id]);
  }

  // V103
  void startup_type() {
    std::string_view before = (*old_.template_)["cliqueStartupType"].as_string();
    const Value& after = (*now_.template_)["cliqueStartupType"];
    if (before == after.as_string()) return;
    context_.diags.report(after.at(), diag::StartupTypeChanged, before, after.as_string())
        .note((*old_.template_)["cliqueStartupType"].at(), diag::SetHere, "cliqueStartupType")
        .path("spec.template.cliqueStartupType");
  }

  void groups() {
    if (now_.groups.size() != old_.groups.size()) {  // V104
      OriginId at = key_at(*now_.template_, "podCliqueScalingGroups");
      context_.diags
          .report(at, diag::GroupCountChanged, static_cast<std::uint64_t>(now_.groups.size()),
                  static_cast<std::uint64_t>(old_.groups.size()))
          .path("spec.template.podCliqueScalingGroups");
      return;
    }
    for (const ScalingGroup& g : now_.groups) {
      std::optional<GroupId> id = old_.find_group(g.name);
      if (id)
        group(g, old_.groups[*id]);
      else  // V105
        context_.diags.report(g.at("name"), diag::GroupAdded, g.name).path("spec.template.podCliqueScalingGroups.name");
    }
  }

  // V115, V116
  void set() {
    if (!same("resourceClaimTemplates", *old_.template_, *now_.template_, template_type()))
      context_.diags.report(key_at(*now_.template_, "resourceClaimTemplates"), diag::ClaimTemplatesChanged)
          .note(key_at(*old_.template_, "resourceClaimTemplates"), diag::OldObjectHere)
          .path("spec.template.resourceClaimTemplates");
    if (!same("resourceSharing", *old_.template_, *now_.template_, template_type()))
      context_.diags.report(key_at(*now_.template_, "resourceSharing"), diag::SetSharingChanged)
          .note(key_at(*old_.template_, "resourceSharing"), diag::OldObjectHere)
          .path("spec.template.resourceSharing");
  }

 private:
  static schemas::TypeId field_type(schemas::TypeId owner, std::string_view name) {
    return schemas::find_field(schemas::type(owner), name)->type;
  }
  static schemas::TypeId template_type() {
    return field_type(field_type(schemas::root(schemas::Root::kPodCliqueSet), "spec"), "template");
  }
  static schemas::TypeId item_type(std::string_view list) {
    return schemas::type(field_type(template_type(), list)).element;
  }

  /// Semantic equality of one field: absent, null and empty are the same, quantities count by value.
  bool same(std::string_view field, const Value& old, const Value& now, schemas::TypeId owner) {
    const Value &a = old[field], &b = now[field];
    if (equal(a, b)) return true;
    auto empty = [](const Value& v) { return v.is_null() || ((v.is_sequence() || v.is_mapping()) && v.size() == 0); };
    if (empty(a) && empty(b)) return true;
    schemas::TypeId type = field_type(owner, field);
    return equal(go_encode(context_.arena, a, type), go_encode(context_.arena, b, type));
  }

  // V097-V102
  void clique(const Clique& c, const Clique& old) {
    if (now_.startup != StartupType::kAnyOrder && c.index != old.index && !composition_changed_)
      context_.diags
          .report(c.at("name"), diag::CliqueMoved, c.name, static_cast<std::uint64_t>(c.index + 1),
                  static_cast<std::uint64_t>(old.index + 1))
          .path("spec.template.cliques");
    if (c.role_name != old.role_name)
      context_.diags.report(c.spec_at("roleName"), diag::RoleChanged, c.name, old.role_name, c.role_name)
          .note(old.spec_at("roleName"), diag::OldObjectHere)
          .path("spec.template.cliques.spec.roleName");
    if (c.min_available != old.min_available) min_available(c, old);
    if (c.starts_after != old.starts_after)
      context_.diags.report(key_or_spec(c, "startsAfter"), diag::StartsAfterChanged, c.name)
          .note(key_or_spec(old, "startsAfter"), diag::OldObjectHere)
          .path("spec.template.cliques.spec.startsAfter");
    std::string_view before = scheduler(old), after = scheduler(c);
    if (before != after)
      context_.diags.report(scheduler_at(c), diag::SchedulerChanged, c.name, before, after)
          .note(scheduler_at(old), diag::OldObjectHere)
          .path("spec.template.cliques.spec.podSpec.schedulerName");
    if (!same("resourceSharing", *old.node, *c.node, item_type("cliques")))
      context_.diags.report(key_at(*c.node, "resourceSharing"), diag::CliqueSharingChanged, c.name)
          .note(key_at(*old.node, "resourceSharing"), diag::OldObjectHere)
          .path(clique_path(c.index, ".resourceSharing"));
  }

  // V099
  void min_available(const Clique& c, const Clique& old) {
    OriginId at = c.spec_at("minAvailable");
    bool filled = is_filled(context_, at);
    std::int64_t before = old.min_available.value_or(0), after = c.min_available.value_or(0);
    std::string hint =
        filled ? "; it is not given, so it follows `replicas`: write `minAvailable: " + std::to_string(before) + "`"
               : "";
    OriginId place = written_at(context_, at);
    DiagnosticBuilder b = context_.diags.report(place, diag::MinAvailableChanged, c.name, before, after, hint);
    b.note(written_at(context_, old.spec_at("minAvailable")), diag::OldObjectHere)
        .path("spec.template.cliques.spec.minAvailable");
    if (!filled) b.fix(place, std::to_string(before));
  }

  // V106-V108
  void group(const ScalingGroup& g, const ScalingGroup& old) {
    if (g.clique_names != old.clique_names && !follows_from_cliques(g, old))
      context_.diags.report(key_at(*g.node, "cliqueNames"), diag::GroupMembersChanged, g.name)
          .note(key_at(*old.node, "cliqueNames"), diag::OldObjectHere)
          .path("spec.template.podCliqueScalingGroups.cliqueNames");
    if (g.min_available != old.min_available)
      context_.diags
          .report(written_at(context_, g.at("minAvailable")), diag::GroupMinAvailableChanged, g.name, old.min_available,
                  g.min_available)
          .note(written_at(context_, old.at("minAvailable")), diag::OldObjectHere)
          .path("spec.template.podCliqueScalingGroups.minAvailable");
    if (!same("resourceSharing", *old.node, *g.node, item_type("podCliqueScalingGroups")))
      context_.diags.report(key_at(*g.node, "resourceSharing"), diag::GroupSharingChanged, g.name)
          .note(key_at(*old.node, "resourceSharing"), diag::OldObjectHere)
          .path("spec.template.podCliqueScalingGroups.resourceSharing");
  }

  /// The lists differ only in cliques that were added or removed, which has a finding already.
  bool follows_from_cliques(const ScalingGroup& g, const ScalingGroup& old) const {
    if (!composition_changed_) return false;
    std::vector<std::string_view> a, b;
    for (std::string_view n : g.clique_names)
      if (old_.find_clique(n)) a.push_back(n);
    for (std::string_view n : old.clique_names)
      if (now_.find_clique(n)) b.push_back(n);
    return a == b;
  }

  static std::string_view scheduler(const Clique& c) {
    return c.pod_spec ? (*c.pod_spec)["schedulerName"].as_string() : std::string_view();
  }
  static OriginId scheduler_at(const Clique& c) {
    const Value* name = c.pod_spec ? c.pod_spec->find("schedulerName") : nullptr;
    return name ? name->at() : c.spec ? key_at(*c.spec, "podSpec") : c.at("name");
  }
  static OriginId key_or_spec(const Clique& c, std::string_view field) {
    return c.spec && c.spec->find(field) ? key_at(*c.spec, field) : c.at("name");
  }

  Context& context_;
  const PodCliqueSet &old_, &now_;
  bool composition_changed_ = false;
};

}  // namespace

void verify_update(Context& context, const PodCliqueSet& old, const PodCliqueSet& now, const Environment& environment) {
  Update update(context, old, now);
  update.cliques();
  update.startup_type();
  update.groups();
  verify_topology_update(context, old, now, environment);
  update.set();
}

}  // namespace grovec::passes
