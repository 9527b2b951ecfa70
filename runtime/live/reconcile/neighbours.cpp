#include "runtime/live/reconcile/neighbours.h"

#include "runtime/decide/instant.h"
#include "runtime/live/eyes/eyes.h"
#include "runtime/live/reconcile/leader.h"

namespace grovec::live {

using namespace ir;

namespace {

// What a grovec says in the Lease that it looks after; empty of anybody else.
std::string scope_of(std::string_view holder) {
  if (!holder.starts_with(kOurIdentity)) return {};
  return std::string(holder.substr(kOurIdentity.size(), holder.find('/') - kOurIdentity.size()));
}

bool overlap(const std::string& a, const std::string& b) { return a == "*" || b == "*" || a == b; }

bool runs_grovec(const Value& deployment) {
  for (const Value& container : deployment["spec"]["template"]["spec"]["containers"].items()) {
    if (container["image"].as_string().find("grovec") != std::string_view::npos) return true;
    for (const std::string_view list : {"command", "args"})
      for (const Value& word : container[list].items())
        if (word.as_string().find("grovec") != std::string_view::npos) return true;
  }
  return false;
}

Result<std::shared_ptr<const LiveFact>> read(kube::Client& client, const std::string& path, const std::string& name) {
  const kube::Answer answer =
      client.call({.path = path, .query = {{"fieldSelector", "metadata.name=" + name}, {"limit", "500"}}});
  if (answer.error) return *answer.error;
  return Eyes().read_tree(answer.body);
}

SeenLease lease_of(const Value& lease, std::int64_t now) {
  const Value& spec = lease["spec"];
  SeenLease out;
  out.namespace_ = lease["metadata"]["namespace"].as_string();
  out.holder = spec["holderIdentity"].as_string();
  const auto renewed = decide::parse_time(spec["renewTime"].as_string());
  out.runs =
      !out.holder.empty() && renewed && renewed->plus(spec["leaseDurationSeconds"].as_int() * decide::kSecond).ns > now;
  return out;
}

SeenDeployment deployment_of(const Value& deployment) {
  SeenDeployment out;
  out.namespace_ = deployment["metadata"]["namespace"].as_string();
  if (const Value* replicas = deployment.find("spec", "replicas")) out.replicas = replicas->as_int();
  out.running = deployment["status"]["replicas"].as_int();
  out.is_ours = runs_grovec(deployment);
  return out;
}

// Somebody who is not grovec.
struct Other {
  std::string holder, namespace_;
  bool has_lease = false, lease_runs = false, has_deployment = false, is_at_zero = false;
  bool is_stopped() const { return has_deployment && is_at_zero ? true : has_lease && !lease_runs; }
};

std::vector<Other> others_of(const Neighbours& neighbours) {
  std::vector<Other> out;
  for (const SeenLease& l : neighbours.leases)
    if (!l.holder.empty() && scope_of(l.holder).empty())
      out.push_back({.holder = l.holder, .namespace_ = l.namespace_, .has_lease = true, .lease_runs = l.runs});
  for (const SeenDeployment& d : neighbours.deployments) {
    if (d.is_ours) continue;
    const bool is_at_zero = d.replicas == 0 && d.running == 0;
    bool is_known = false;
    for (Other& o : out) {
      if (o.namespace_ != d.namespace_) continue;
      is_known = o.has_deployment = true;
      o.is_at_zero = is_at_zero;
    }
    if (!is_known && !is_at_zero)
      out.push_back({.holder = std::string(kOtherDeployment), .namespace_ = d.namespace_, .has_deployment = true});
  }
  return out;
}

std::string scale_command(const Other& o, int replicas) {
  return "kubectl -n " + o.namespace_ + " scale deployment " + std::string(kOtherDeployment) +
         " --replicas=" + std::to_string(replicas);
}

}  // namespace

Result<Neighbours> read_neighbours(kube::Client& client, const std::string& lease_name) {
  const auto wall = client.loop().surroundings().wall_time().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count();
  Neighbours out;
  const auto leases = read(client, kube::path_of("coordination.k8s.io", "v1", "leases", ""), lease_name);
  if (!leases && leases.error().kind != Error::kDenied) return leases.error();
  out.is_blind = !leases;
  if (leases)
    for (const Value& lease : (*leases)->tree["items"].items()) out.leases.push_back(lease_of(lease, now));
  const auto deployments = read(client, kube::path_of("apps", "v1", "deployments", ""), std::string(kOtherDeployment));
  if (!deployments && deployments.error().kind != Error::kDenied) return deployments.error();
  if (deployments)
    for (const Value& d : (*deployments)->tree["items"].items()) out.deployments.push_back(deployment_of(d));
  return out;
}

Verdict judge(const Neighbours& neighbours, const Intent& intent) {
  Verdict out;
  out.lease_namespace = intent.lease_namespace;
  for (const SeenLease& l : neighbours.leases) {
    const std::string scope = scope_of(l.holder);
    if (!l.runs || scope.empty() || !overlap(scope, intent.scope)) continue;
    if (l.namespace_ == intent.lease_namespace)
      out.waits_for = l.holder;
    else
      out.refusal = "`" + l.holder + "` (Lease in namespace " + l.namespace_ + ") looks after the same sets";
  }
  for (const Other& o : others_of(neighbours)) {
    const std::string who = "`" + o.holder + "` in namespace " + o.namespace_;
    if (!o.is_stopped()) {
      out.refusal = "another operator of the same kinds is running: " + who + "; stop it first (" +
                    scale_command(o, 0) + "), then start with --take-over";
    } else if (!intent.takes_over) {
      out.refusal = "another operator of the same kinds was here: " + who +
                    "; start with --take-over to look after its sets from now on";
    } else {
      out.lease_namespace = o.namespace_;
      out.note = "taking over from " + who + "; to go back: stop this operator, then " + scale_command(o, 1);
    }
    if (!out.refusal.empty()) return out;
  }
  return out;
}

std::string holder_of(const Neighbours& neighbours) {
  for (const SeenLease& l : neighbours.leases)
    if (l.runs) return l.holder;
  return {};
}

}  // namespace grovec::live
