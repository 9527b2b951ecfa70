#include "runtime/live/commands/look.h"

#include <set>

#include "ir/labels.h"
#include "runtime/live/commands/console.h"
#include "runtime/live/commands/objects.h"

namespace grovec::live {

using ir::ObjectKind;

namespace {

constexpr ObjectKind kChildren[] = {
    ObjectKind::kPodCliqueScalingGroup,
    ObjectKind::kPodClique,
    ObjectKind::kPodGang,
    ObjectKind::kPod,
    ObjectKind::kService,
    ObjectKind::kHorizontalPodAutoscaler,
    ObjectKind::kServiceAccount,
    ObjectKind::kRole,
    ObjectKind::kRoleBinding,
    ObjectKind::kSecret,
    ObjectKind::kResourceClaim,
    ObjectKind::kComputeDomain,
    ObjectKind::kKaiPodGroup,
    ObjectKind::kVolcanoPodGroup,
};

class Look {
 public:
  explicit Look(Cluster& cluster) : c_(cluster) {}

  Result<std::size_t> count(const std::string& space, const std::string& set) {
    for (const ObjectKind kind : kChildren) list(kind, space, set, {});
    c_.loop->run_until([this] { return open_ == 0; });
    if (failed_) return *failed_;
    return found_;
  }

  Result<cli::LiveTexts> run(const driver::Compilation& sets) {
    for (const auto& set : sets.sets)
      read_set(std::string(set->module.spec.namespace_), std::string(set->module.spec.name));
    c_.loop->run_until([this] { return open_ == 0; });
    if (failed_) return *failed_;
    for (const std::string& plural : denied_)
      warn("not read: " + plural + "; they are taken to be as the operator makes them");
    return std::move(out_);
  }

 private:
  void read_set(const std::string& space, const std::string& name) {
    kube::Request request;
    request.path = kube::path_of(ir::info_of(ObjectKind::kPodCliqueSet), space, name);
    send(std::move(request), [this, space, name](kube::Answer answer) {
      if (answer.status == 404) return;
      if (answer.error) return fail_with("PodCliqueSet " + space + "/" + name, *answer.error);
      out_.emplace_back("the cluster's podcliquesets", std::move(answer.body));
      for (const ObjectKind kind : kChildren) list(kind, space, name, {});
    });
  }

  void list(ObjectKind kind, const std::string& space, const std::string& set, const std::string& next) {
    const ir::KindInfo& info = ir::info_of(kind);
    kube::Request request;
    request.path = kube::path_of(info, space);
    request.query = {{"labelSelector", std::string(ir::keys::kPartOf) + "=" + set}, {"limit", "500"}};
    if (!next.empty()) request.query.emplace_back("continue", next);
    send(std::move(request),
         [this, kind, space, set](kube::Answer answer) { take(kind, space, set, std::move(answer)); });
  }

  void take(ObjectKind kind, const std::string& space, const std::string& set, kube::Answer answer) {
    const std::string plural(ir::info_of(kind).plural);
    if (answer.status == 404) return;
    if (answer.status == 403) {
      denied_.insert(plural);
      return;
    }
    if (answer.error) return fail_with("cannot list " + plural, *answer.error);
    Result<Tree> page = read_json(answer.body);
    if (!page) return fail_with(plural, page.error());
    const std::string next(page->root["metadata"]["continue"].as_string());
    found_ += page->root["items"].size();
    if (page->root["items"].size() > 0) out_.emplace_back("the cluster's " + plural, std::move(answer.body));
    if (!next.empty()) list(kind, space, set, next);
  }

  void fail_with(const std::string& what, const Error& error) {
    if (!failed_) failed_ = Error{what + ": " + error.message, error.kind};
  }

  template <class F>
  void send(kube::Request request, F&& take) {
    ++open_;
    c_.client->send(std::move(request), [this, take = std::forward<F>(take)](kube::Answer answer) mutable {
      --open_;
      take(std::move(answer));
    });
  }

  Cluster& c_;
  cli::LiveTexts out_;
  std::set<std::string> denied_;
  std::optional<Error> failed_;
  std::size_t open_ = 0, found_ = 0;
};

}  // namespace

Result<std::size_t> count_left(Cluster& cluster, const std::string& space, const std::string& set) {
  return Look(cluster).count(space, set);
}

Result<cli::LiveTexts> look_at(Cluster& cluster, const driver::Compilation& sets) { return Look(cluster).run(sets); }

std::vector<std::pair<std::string, std::string>> bindings_of(Cluster& cluster) {
  kube::Request request;
  request.path = kube::path_of(ir::info_of(ObjectKind::kClusterTopologyBinding), {});
  kube::Answer answer = cluster.client->call(std::move(request));
  if (answer.error) {
    if (answer.status == 403) warn("not read: clustertopologybindings; `--with FILE` names them");
    return {};
  }
  const Result<Tree> list = read_json(answer.body);
  if (!list || list->root["items"].size() == 0) return {};
  return {{"the cluster's clustertopologybindings", std::move(answer.body)}};
}

}  // namespace grovec::live
