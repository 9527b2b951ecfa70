// ServiceAccount, Role, RoleBinding and token Secret: one each, even for a set without replicas (reference:
// expansion 5.2-5.5).
#include "backends/backends.h"

namespace grovec::backends {

using namespace ir;

namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

Value labels(Planner& p, std::string_view name, std::string_view component) {
  return merge(p.arena, default_labels(p.arena, p.set().name),
               {{keys::kName, text(name)}, {keys::kComponent, text(component)}});
}

void add_once(Planner& p, ObjectKind kind, Value name, Value tree) {
  Layer layer;
  layer.each_set_replica = false;
  DescriptionId id = p.add(kind, name, p.set_owner(), tree);
  layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  p.plan.layers.push_back(std::move(layer));
}

}  // namespace

void plan_rbac(Planner& p) {
  Arena& a = p.arena;
  const std::string_view set = p.set().name, ns = p.set().namespace_;
  const Owner owner = p.set_owner();
  auto meta = [&](std::string_view name, std::string_view label, std::string_view component,
                  Value annotations = Value::null()) {
    return metadata(a,
                    {.name = text(name),
                     .namespace_ = ns,
                     .labels = labels(p, label, component),
                     .annotations = annotations,
                     .owner = &owner},
                    p.options);
  };
  add_once(p, ObjectKind::kServiceAccount, text(set),
           manifest(a, ObjectKind::kServiceAccount, meta(set, set, keys::kServiceAccountComponent),
                    {{"automountServiceAccountToken", Value::boolean(true)}}));

  const std::string_view role = names::role(a, set), role_label = names::role_label(a, set);
  const Value rule = object(a, {{"apiGroups", texts(a, {""})},
                                {"resources", texts(a, {"pods", "pods/status"})},
                                {"verbs", texts(a, {"get", "list", "watch"})}});
  add_once(p, ObjectKind::kRole, text(role),
           manifest(a, ObjectKind::kRole, meta(role, role_label, keys::kRoleComponent), {{"rules", list(a, {rule})}}));

  const Value ref = object(a, {{"apiGroup", text(kRbacGroup)}, {"kind", text("Role")}, {"name", text(role)}});
  const Value subject = object(a, {{"kind", text("ServiceAccount")}, {"name", text(set)}, {"namespace", text(ns)}});
  add_once(p, ObjectKind::kRoleBinding, text(role),
           manifest(a, ObjectKind::kRoleBinding, meta(role, role_label, keys::kRoleBindingComponent),
                    {{"roleRef", ref}, {"subjects", list(a, {subject})}}));

  const std::string_view secret = names::token_secret(a, set);
  const Value account = object(a, {{keys::kServiceAccountName, text(set)}});
  add_once(p, ObjectKind::kSecret, text(secret),
           manifest(a, ObjectKind::kSecret, meta(secret, secret, keys::kSecretComponent, account),
                    {{"type", text("kubernetes.io/service-account-token")}}));
}

}  // namespace grovec::backends
