// Lists in parallel, pages one after the other, each page read and forgotten.
#include "runtime/live/commands/gather.h"

#include "frontend/reader.h"
#include "ir/base/context.h"
#include "ir/labels.h"

namespace grovec::live {

using status::Read;

namespace {

constexpr std::string_view kPage = "500";

struct Source {
  Read kind;
  std::string_view group, version, plural, name;
};
constexpr Source kSets{Read::kSets, kGroveGroup, kGroveVersion, "podcliquesets", "PodCliqueSet"};
constexpr Source kChildren[] = {
    {Read::kGroups, kGroveGroup, kGroveVersion, "podcliquescalinggroups", "PodCliqueScalingGroup"},
    {Read::kCliques, kGroveGroup, kGroveVersion, "podcliques", "PodClique"},
    {Read::kGangs, "scheduler.grove.io", "v1alpha1", "podgangs", "PodGang"},
    {Read::kPods, "", "v1", "pods", "Pod"},
};
constexpr Source kLease{Read::kOperator, "coordination.k8s.io", "v1", "leases", "Lease"};
constexpr Source kClaims{Read::kClaims, "resource.k8s.io", "v1", "resourceclaims", "ResourceClaim"};
constexpr Source kEvents{Read::kEvents, "", "v1", "events", "Event"};

class Gatherer {
 public:
  Gatherer(kube::Client& client, const GatherOptions& options) : client_(client), o_(options) {}

  Result<std::unique_ptr<Gathered>> run() {
    const bool is_one = o_.names.size() == 1;
    list(kSets, {{"labelSelector", o_.selector}, {"fieldSelector", is_one ? "metadata.name=" + o_.names[0] : ""}});
    for (const Source& s : kChildren) list(s, {{"labelSelector", children_selector()}});
    list(kLease, {{"fieldSelector", "metadata.name=grove-operator-leader-election"}}, true);
    wait();
    if (!failed_ && needs_details()) {
      list(kClaims, {});
      list(kEvents, {{"fieldSelector", "type=Warning"}});
      wait();
    }
    if (failed_) return *failed_;
    out_->world.finish();
    return std::move(out_);
  }

 private:
  std::string children_selector() const {
    std::string out(ir::keys::kManagedBy);
    out.append("=").append(ir::keys::kOperator);
    if (o_.names.empty()) return out;
    out.append(",").append(ir::keys::kPartOf).append(" in (");
    for (std::size_t i = 0; i < o_.names.size(); ++i) out.append(i == 0 ? "" : ",").append(o_.names[i]);
    return out + ")";
  }

  // `everywhere`: in all namespaces, whatever was asked for.
  void list(const Source& source, kube::Query query, bool everywhere = false) {
    std::erase_if(query, [](const auto& q) { return q.second.empty(); });
    query.emplace_back("limit", kPage);
    page(source, std::move(query), everywhere ? std::string() : o_.namespace_);
  }

  void page(const Source& source, kube::Query query, const std::string& space) {
    kube::Request request;
    request.path = kube::path_of(source.group, source.version, source.plural, space);
    request.query = query;
    request.deadline = o_.deadline;
    ++out_->requests;
    ++open_;
    client_.send(std::move(request), [this, source, query = std::move(query), space](kube::Answer answer) mutable {
      --open_;
      take(source, std::move(query), space, std::move(answer));
    });
  }

  void take(const Source& source, kube::Query query, const std::string& space, kube::Answer answer) {
    if (failed_) return;
    if (answer.error) return refused(source, answer);
    out_->world.set_read(source.kind);
    auto context = std::make_shared<Context>();
    const SourceId id = context->sources.add(std::string(source.plural) + ".json", std::move(answer.body));
    frontend::ReadLimits limits;
    limits.document_bytes = 64u << 20;
    const std::vector<frontend::Document> documents = frontend::read_documents(*context, id, limits);
    if (documents.size() != 1 || context->diags.errors() > 0) {
      failed_ = Error{"the list of " + std::string(source.plural) + " cannot be read", Error::kIo};
      return;
    }
    for (const frontend::Document& d : frontend::unpack_lists(*context, documents)) out_->world.add(d.root, context);
    const std::string_view next = documents.front().root["metadata"]["continue"].as_string();
    if (next.empty()) return;
    std::erase_if(query, [](const auto& q) { return q.first == "continue"; });
    query.emplace_back("continue", next);
    page(source, std::move(query), space);
  }

  void refused(const Source& source, const kube::Answer& answer) {
    const bool is_denied = answer.status == 403, is_unknown = answer.status == 404;
    if (source.kind == Read::kSets && is_unknown)
      failed_ = Error{"the cluster has no PodCliqueSets: the CRDs of Grove are not installed", Error::kIo};
    else if (source.kind == Read::kSets || (!is_denied && !is_unknown))
      failed_ = Error{"cannot list " + std::string(source.plural) + ": " + answer.error->message, answer.error->kind};
    else if (source.kind != Read::kOperator)
      out_->denied.push_back(std::string(source.name) + ": " + answer.error->message);
  }

  // A pod that is not Ready may have a claim or a warning that says why; so may a PodClique that lacks pods.
  bool needs_details() const {
    for (const auto& [space_name, space] : out_->world.namespaces())
      for (const auto& [set_name, set] : space.sets) {
        for (const auto& [clique, pods] : set.pods)
          for (const status::PodFacts& p : pods)
            if (!p.live->ready) return true;
        for (const auto& [name, clique] : set.cliques)
          if (clique->status.ready < clique->replicas) return true;
      }
    return false;
  }

  void wait() {
    client_.loop().run_until([this] { return open_ == 0; });
  }

  kube::Client& client_;
  const GatherOptions& o_;
  std::unique_ptr<Gathered> out_ = std::make_unique<Gathered>();
  std::size_t open_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

Result<std::unique_ptr<Gathered>> gather(kube::Client& client, const GatherOptions& options) {
  return Gatherer(client, options).run();
}

}  // namespace grovec::live
