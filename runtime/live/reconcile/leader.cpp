#include "runtime/live/reconcile/leader.h"

#include <unistd.h>

#include <algorithm>

#include "ir/value/writer.h"
#include "runtime/decide/instant.h"
#include "runtime/live/eyes/eyes.h"

namespace grovec::live {

using namespace ir;

namespace {

std::string text(const Value& v) { return std::string(v.as_string()); }

}  // namespace

std::string identity_of(const std::string& scope, const kube::Surroundings& surroundings) {
  char host[64] = "grovec";
  gethostname(host, sizeof host - 1);
  const auto chance = static_cast<unsigned>(surroundings.random() * 1e9);
  std::string out(kOurIdentity);
  return out.append(scope).append("/").append(host) + "_" + std::to_string(getpid()) + "_" + std::to_string(chance);
}

// Sees the Lease go, or be given back.
class Leader::LeaseSink final : public kube::Sink {
 public:
  explicit LeaseSink(Leader& leader) : leader_(leader) {}
  void on_list_begin() override {}
  void on_object(const kube::Item& item) override {
    Eyes eyes;
    const auto lease = eyes.read_tree(item.json);
    if (lease && (*lease)->tree["spec"]["holderIdentity"].as_string().empty()) leader_.given_back();
  }
  void on_delete(const kube::Item&) override { leader_.given_back(); }
  void on_list_end(std::string_view) override {}
  void on_bookmark(std::string_view) override {}
  void on_broken(const Error&, kube::Duration) override {}  // attempts go on without it

 private:
  Leader& leader_;
};

Leader::Leader(kube::Client& client, LeaderOptions options, std::function<void()> changed)
    : client_(client),
      options_(std::move(options)),
      changed_(std::move(changed)),
      tenure_(identity_of(options_.scope, client.loop().surroundings()), options_.deadline) {}

Leader::~Leader() { client_.loop().cancel(timer_); }

// MicroTime.
std::string Leader::now_text() const {
  const auto wall = client_.loop().surroundings().wall_time().time_since_epoch();
  const std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
  std::string out = decide::time_text(decide::Instant::from_seconds(us / 1'000'000));
  const std::string fraction = std::to_string(1'000'000 + us % 1'000'000).substr(1);
  return out.substr(0, out.size() - 1) + "." + fraction + "Z";
}

bool Leader::leads() const { return tenure_.leads(client_.loop().now()); }

void Leader::start() {
  sink_ = std::make_unique<LeaseSink>(*this);
  watch_ = std::make_unique<kube::Watch>(
      client_,
      kube::WatchSpec{.path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_),
                      .field_selector = "metadata.name=" + options_.name},
      *sink_);
  attempt();
}

void Leader::given_back() {
  if (!timer_ || leads()) return;
  client_.loop().cancel(timer_);
  attempt();
}

void Leader::try_again() {
  if (changed_) changed_();
  timer_ = client_.loop().after(options_.retry, [this] { attempt(); });
}

void Leader::attempt() {
  timer_ = 0;
  const kube::Instant sent = client_.loop().now();
  client_.send({.path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_, options_.name),
                .deadline = options_.retry},
               [this, sent](const kube::Answer& answer) { judge(answer, sent); });
}

void Leader::judge(const kube::Answer& answer, kube::Instant sent) {
  if (answer.status == 404) return write(std::nullopt, sent);
  Eyes eyes;
  const auto lease =
      answer.error ? Result<std::shared_ptr<const LiveFact>>(*answer.error) : eyes.read_tree(answer.body);
  if (!lease) return try_again();
  const Value& spec = (*lease)->tree["spec"];
  const StoredLease stored{text(spec["holderIdentity"]), text((*lease)->tree["metadata"]["resourceVersion"]),
                           text(spec["acquireTime"]), spec["leaseTransitions"].as_int(),
                           spec["leaseDurationSeconds"].as_int()};
  if (tenure_.may_take(stored, client_.loop().now())) return write(stored, sent);
  try_again();
}

kube::Request Leader::request(const std::optional<StoredLease>& stored, const std::string& holder) const {
  Arena arena;
  const std::string now = now_text();
  const bool is_ours = stored && stored->holder == tenure_.identity();
  const std::string acquired = is_ours && !stored->acquired.empty() ? stored->acquired : now;
  MappingBuilder spec(arena);
  spec.set("holderIdentity", Value::string(holder)).set("renewTime", Value::string(now));
  spec.set("acquireTime", Value::string(acquired));
  spec.set(
      "leaseDurationSeconds",
      Value::integer(holder.empty() ? 1 : std::chrono::duration_cast<std::chrono::seconds>(options_.lease).count()));
  spec.set("leaseTransitions", Value::integer(stored ? stored->transitions + !is_ours : 0));
  MappingBuilder metadata(arena);
  metadata.set("name", Value::string(options_.name)).set("namespace", Value::string(options_.namespace_));
  if (stored) metadata.set("resourceVersion", Value::string(stored->version));
  MappingBuilder lease(arena);
  lease.set("apiVersion", Value::string("coordination.k8s.io/v1")).set("kind", Value::string("Lease"));
  lease.set("metadata", metadata.build()).set("spec", spec.build());
  return {
      .method = stored ? kube::Method::kPut : kube::Method::kPost,
      .path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_, stored ? options_.name : ""),
      .body = to_text(lease.build(), Format::kJson),
      .deadline = std::min(options_.deadline, 2 * options_.retry)};
}

void Leader::write(const std::optional<StoredLease>& stored, kube::Instant sent) {
  client_.send(request(stored, tenure_.identity()), [this, sent](const kube::Answer& answer) {
    if (!answer.error) tenure_.renewed(sent);
    if (leads()) watch_.reset();
    try_again();
  });
}

void Leader::give_up() {
  if (!leads()) return;
  client_.loop().cancel(timer_);
  tenure_.give_up();
  if (changed_) changed_();
  // A renewal that is still on its way may come between.
  for (int tries = 0; tries < 3 && !empties(); ++tries) continue;
}

// True if nothing is left to do.
bool Leader::empties() {
  const kube::Answer answer =
      client_.call({.path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_, options_.name),
                    .deadline = options_.retry});
  Eyes eyes;
  const auto lease =
      answer.error ? Result<std::shared_ptr<const LiveFact>>(*answer.error) : eyes.read_tree(answer.body);
  if (!lease || (*lease)->tree["spec"]["holderIdentity"].as_string() != tenure_.identity()) return true;
  StoredLease stored;
  stored.holder = tenure_.identity();
  stored.version = text((*lease)->tree["metadata"]["resourceVersion"]);
  stored.transitions = (*lease)->tree["spec"]["leaseTransitions"].as_int();
  return client_.call(request(stored, "")).status != 409;
}

}  // namespace grovec::live
