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

std::string children_selector(const GatherOptions& o) {
  std::string out(ir::keys::kManagedBy);
  out.append("=").append(ir::keys::kOperator);
  if (o.names.empty()) return out;
  out.append(",").append(ir::keys::kPartOf).append(" in (");
  for (std::size_t i = 0; i < o.names.size(); ++i) out.append(i == 0 ? "" : ",").append(o.names[i]);
  return out + ")";
}

class Gatherer {
 public:
  Gatherer(kube::Client& client, const GatherOptions& options) : client_(client), o_(options) {}

  Result<std::unique_ptr<Gathered>> run() {
    const std::vector<Listing> all = listings_of(o_);
    list(all, false);
    if (!failed_ && needs_details(out_->world)) list(all, true);
    if (failed_) return *failed_;
    out_->world.finish();
    return std::move(out_);
  }

 private:
  void list(const std::vector<Listing>& all, bool details) {
    for (const Listing& l : all)
      if (l.is_detail == details) page(l, {});
    client_.loop().run_until([this] { return open_ == 0; });
  }

  // `listing` outlives the answers.
  void page(const Listing& listing, const std::string& next) {
    kube::Request request;
    request.path = listing.path;
    request.query = {{"limit", std::string(kPage)}};
    if (!listing.labels.empty()) request.query.emplace_back("labelSelector", listing.labels);
    if (!listing.fields.empty()) request.query.emplace_back("fieldSelector", listing.fields);
    if (!next.empty()) request.query.emplace_back("continue", next);
    request.deadline = o_.deadline;
    ++out_->requests;
    ++open_;
    client_.send(std::move(request), [this, &listing](kube::Answer answer) {
      --open_;
      take(listing, std::move(answer));
    });
  }

  void take(const Listing& listing, kube::Answer answer) {
    if (failed_) return;
    if (answer.error) {
      failed_ = refusal_of(listing, answer.status, *answer.error, out_->denied);
      return;
    }
    out_->world.set_read(listing.kind);
    auto context = std::make_shared<Context>();
    const SourceId id = context->sources.add(listing.plural + ".json", std::move(answer.body));
    frontend::ReadLimits limits;
    limits.document_bytes = 64u << 20;
    const std::vector<frontend::Document> documents = frontend::read_documents(*context, id, limits);
    if (documents.size() != 1 || context->diags.errors() > 0) {
      failed_ = Error{"the list of " + listing.plural + " cannot be read", Error::kIo};
      return;
    }
    for (const frontend::Document& d : frontend::unpack_lists(*context, documents)) out_->world.add(d.root, context);
    const std::string_view next = documents.front().root["metadata"]["continue"].as_string();
    if (!next.empty()) page(listing, std::string(next));
  }

  kube::Client& client_;
  const GatherOptions& o_;
  std::unique_ptr<Gathered> out_ = std::make_unique<Gathered>();
  std::size_t open_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

std::vector<Listing> listings_of(const GatherOptions& o) {
  std::vector<Listing> out;
  const auto add = [&](const Source& s, std::string labels, std::string fields, bool everywhere, bool is_detail) {
    out.push_back({s.kind, kube::path_of(s.group, s.version, s.plural, everywhere ? std::string() : o.namespace_),
                   std::string(s.name), std::string(s.plural), std::move(labels), std::move(fields), is_detail});
  };
  add(kSets, o.selector, o.names.size() == 1 ? "metadata.name=" + o.names[0] : "", false, false);
  for (const Source& s : kChildren) add(s, children_selector(o), "", false, false);
  add(kLease, "", "metadata.name=grove-operator-leader-election", true, false);
  add(kClaims, "", "", false, true);
  add(kEvents, "", "type=Warning", false, true);
  return out;
}

bool needs_details(const status::World& world) {
  for (const auto& [space_name, space] : world.namespaces())
    for (const auto& [set_name, set] : space.sets) {
      for (const auto& [clique, pods] : set.pods)
        for (const status::PodFacts& p : pods)
          if (!p.live->ready) return true;
      for (const auto& [name, clique] : set.cliques)
        if (clique->status.ready < clique->replicas) return true;
    }
  return false;
}

std::optional<Error> refusal_of(const Listing& listing, int status, const Error& error,
                                std::vector<std::string>& denied) {
  const bool is_denied = status == 403, is_unknown = status == 404;
  if (listing.kind == Read::kSets && is_unknown)
    return Error{"the cluster has no PodCliqueSets: the CRDs of Grove are not installed", Error::kIo};
  if (listing.kind == Read::kSets || (!is_denied && !is_unknown))
    return Error{"cannot list " + listing.plural + ": " + error.message, error.kind};
  if (listing.kind != Read::kOperator) denied.push_back(listing.name + ": " + error.message);
  return std::nullopt;
}

Result<std::unique_ptr<Gathered>> gather(kube::Client& client, const GatherOptions& options) {
  return Gatherer(client, options).run();
}

}  // namespace grovec::live
