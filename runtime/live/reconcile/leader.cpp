#include "runtime/live/reconcile/leader.h"

#include <unistd.h>

#include "ir/value/writer.h"
#include "runtime/decide/instant.h"
#include "runtime/live/eyes/eyes.h"

namespace grovec::live {

using namespace ir;

namespace {

std::string identity_of(const kube::Surroundings& surroundings) {
  char host[64] = "grovec";
  gethostname(host, sizeof host - 1);
  const auto chance = static_cast<unsigned>(surroundings.random() * 1e9);
  return std::string(host) + "_" + std::to_string(getpid()) + "_" + std::to_string(chance);
}

std::string text(const Value& v) { return std::string(v.as_string()); }

}  // namespace

Leader::Leader(kube::Client& client, LeaderOptions options)
    : client_(client), options_(std::move(options)), identity_(identity_of(client.loop().surroundings())) {}

Leader::~Leader() { client_.loop().cancel(timer_); }

// MicroTime.
std::string Leader::now_text() const {
  const auto wall = client_.loop().surroundings().wall_time().time_since_epoch();
  const std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
  std::string out = decide::time_text(decide::Instant::from_seconds(us / 1'000'000));
  const std::string fraction = std::to_string(1'000'000 + us % 1'000'000).substr(1);
  return out.substr(0, out.size() - 1) + "." + fraction + "Z";
}

std::string Leader::somebody_else() {
  if (!options_.is_needed) return {};
  const kube::Answer answer = client_.call({.path = kube::path_of("coordination.k8s.io", "v1", "leases", ""),
                                            .query = {{"fieldSelector", "metadata.name=" + options_.name}}});
  is_blind_ = answer.status == 403;
  if (answer.error) return {};
  Eyes eyes;
  const auto list = eyes.read_tree(answer.body);
  if (!list) return {};
  const auto wall = client_.loop().surroundings().wall_time().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count();
  for (const Value& lease : (*list)->tree["items"].items()) {
    const Value& spec = lease["spec"];
    const auto renewed = decide::parse_time(spec["renewTime"].as_string());
    const bool runs = renewed && renewed->plus(spec["leaseDurationSeconds"].as_int() * decide::kSecond).ns > now;
    if (runs && !spec["holderIdentity"].as_string().empty() && spec["holderIdentity"].as_string() != identity_)
      return text(spec["holderIdentity"]);
  }
  return {};
}

bool Leader::leads() const {
  if (!options_.is_needed) return true;
  return renewed_ && !gave_up_ && client_.loop().now() - *renewed_ < options_.deadline;
}

void Leader::start() {
  if (options_.is_needed) attempt();
}

void Leader::try_again() {
  timer_ = client_.loop().after(options_.retry, [this] { attempt(); });
}

void Leader::attempt() {
  timer_ = 0;
  const kube::Instant sent = client_.loop().now();
  client_.send({.path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_, options_.name),
                .deadline = options_.retry},
               [this, sent](const kube::Answer& answer) { judge(answer, sent); });
}

// Ours, nobody's, or not renewed for as long as it lasts, by our own clock.
void Leader::judge(const kube::Answer& answer, kube::Instant sent) {
  if (answer.status == 404) return write(std::nullopt, sent);
  Eyes eyes;
  const auto lease =
      answer.error ? Result<std::shared_ptr<const LiveFact>>(*answer.error) : eyes.read_tree(answer.body);
  if (!lease) return try_again();
  const Value& spec = (*lease)->tree["spec"];
  const Stored stored{text(spec["holderIdentity"]),      text((*lease)->tree["metadata"]["resourceVersion"]),
                      text(spec["renewTime"]),           text(spec["acquireTime"]),
                      spec["leaseTransitions"].as_int(), spec["leaseDurationSeconds"].as_int()};
  if (stored.holder == identity_ || stored.holder.empty()) return write(stored, sent);
  if (has_led_) gave_up_ = true;
  const kube::Instant now = client_.loop().now();
  if (seen_version_ != stored.version) {
    seen_version_ = stored.version;
    seen_since_ = now;
  }
  if (now - seen_since_ > std::chrono::seconds(stored.seconds)) return write(stored, sent);
  try_again();
}

kube::Request Leader::request(const std::optional<Stored>& stored, const std::string& holder) const {
  Arena arena;
  const std::string now = now_text();
  const bool is_ours = stored && stored->holder == identity_;
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
      .deadline = options_.deadline};
}

void Leader::write(const std::optional<Stored>& stored, kube::Instant sent) {
  client_.send(request(stored, identity_), [this, sent](const kube::Answer& answer) {
    if (!answer.error && !gave_up_) {
      renewed_ = sent;
      has_led_ = true;
    }
    try_again();
  });
}

void Leader::give_up() {
  if (!options_.is_needed || !leads()) return;
  client_.loop().cancel(timer_);
  gave_up_ = true;
  const kube::Answer answer =
      client_.call({.path = kube::path_of("coordination.k8s.io", "v1", "leases", options_.namespace_, options_.name)});
  Eyes eyes;
  const auto lease =
      answer.error ? Result<std::shared_ptr<const LiveFact>>(*answer.error) : eyes.read_tree(answer.body);
  if (!lease || (*lease)->tree["spec"]["holderIdentity"].as_string() != identity_) return;
  Stored stored;
  stored.holder = identity_;
  stored.version = text((*lease)->tree["metadata"]["resourceVersion"]);
  stored.transitions = (*lease)->tree["spec"]["leaseTransitions"].as_int();
  client_.call(request(stored, ""));
}

}  // namespace grovec::live
