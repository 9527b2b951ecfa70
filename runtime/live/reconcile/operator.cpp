#include "runtime/live/reconcile/operator.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "ir/labels.h"
#include "runtime/apply/requests.h"

namespace grovec::live {

using namespace std::chrono_literals;

namespace {

// Kinds of everybody are watched by the label that all of ours carry.
struct Watched {
  Kind kind;
  bool is_optional, by_label;
};
constexpr Watched kWatched[] = {
    {Kind::kPodCliqueSet, false, false},
    {Kind::kPodClique, false, false},
    {Kind::kPodCliqueScalingGroup, false, false},
    {Kind::kPodGang, false, false},
    {Kind::kPod, false, true},
    {Kind::kServiceAccount, false, true},
    {Kind::kRole, false, true},
    {Kind::kRoleBinding, false, true},
    {Kind::kSecret, false, true},
    {Kind::kService, false, true},
    {Kind::kHorizontalPodAutoscaler, false, true},
    {Kind::kResourceClaim, true, true},
    {Kind::kComputeDomain, true, true},
    {Kind::kKaiPodGroup, true, false},
    {Kind::kVolcanoPodGroup, true, false},
    {Kind::kClusterTopologyBinding, true, false},
};

constexpr kube::Duration kPatience = 5s;
constexpr int kEventBurst = 25;             // of one object; then one in five minutes, as client-go's correlator has it
constexpr std::int64_t kEventRefill = 300;  // seconds

void set_status_time(const Typed& typed, decide::Instant at) {
  const auto later = [at](decide::Instant& field) {
    // managedFields keeps whole seconds: ours is the same moment, more exactly.
    if (field <= at) field = at;
  };
  // Nobody else has the object yet.
  if (const auto* c = std::get_if<std::shared_ptr<const decide::LiveClique>>(&typed))
    later(std::const_pointer_cast<decide::LiveClique>(*c)->status_written);
  if (const auto* g = std::get_if<std::shared_ptr<const decide::LiveGroup>>(&typed))
    later(std::const_pointer_cast<decide::LiveGroup>(*g)->status_written);
  if (const auto* s = std::get_if<std::shared_ptr<const LiveManifest>>(&typed))
    later(std::const_pointer_cast<LiveManifest>(*s)->live.status_written);
  if (const auto* g = std::get_if<std::shared_ptr<const decide::LiveGang>>(&typed))
    later(std::const_pointer_cast<decide::LiveGang>(*g)->status_written);
}

}  // namespace

// One kind: its objects go into the store, its progress to whoever waits for our own writes.
struct Operator::KindWatch final : kube::Sink {
  KindWatch(Operator& op, Kind k) : owner(op), kind(k) {}

  void on_list_begin() override {
    is_listing = true;
    owner.store_.begin_list(kind);
  }
  void on_object(const kube::Item& item) override {
    Result<Seen> seen = owner.eyes_.read(kind, item.json);
    if (!seen) {
      owner.options_.say(
          true, std::string(ir::info_of(kind).kind) + " " + std::string(item.name) + ": " + seen.error().message);
      return;
    }
    if (const auto at = owner.status_times_.find(seen->uid); at != owner.status_times_.end())
      set_status_time(seen->typed, at->second);
    owner.note_ready(*seen);
    if (is_marked(*seen)) owner.own_.gone(own_kind(), item.uid);
    owner.store_.put(std::make_shared<const Seen>(std::move(*seen)));
    if (!is_listing) owner.own_.progress(own_kind(), item.resource_version);
    changed();
  }
  void on_delete(const kube::Item& item) override {
    owner.store_.remove(kind, item.namespace_, item.name, item.uid);
    owner.own_.gone(own_kind(), item.uid);
    if (const auto at = owner.status_times_.find(item.uid); at != owner.status_times_.end())
      owner.status_times_.erase(at);
    if (!is_listing) owner.own_.progress(own_kind(), item.resource_version);
    changed();
  }
  void on_list_end(std::string_view version) override {
    is_listing = false;
    has_listed = true;
    owner.store_.end_list(kind);
    std::set<std::string, std::less<>> uids;
    for (const auto& object : owner.store_.all(kind)) uids.insert(object->uid);
    owner.own_.listed(own_kind(), version, [&](std::string_view uid) { return uids.contains(uid); });
    changed();
  }
  void on_bookmark(std::string_view version) override { owner.own_.progress(own_kind(), version); }
  void on_broken(const Error& error, kube::Duration) override {
    if (error.kind == Error::kDenied && !has_listed && !owner.denied_)
      owner.denied_ = Error{"cannot watch " + std::string(ir::info_of(kind).plural) + ": " + error.message, error.kind};
    if (!was_broken)
      owner.options_.say(true, "watch of " + std::string(ir::info_of(kind).plural) + ": " + error.message);
    was_broken = true;
  }
  void changed() {
    was_broken = false;
    if (kind == Kind::kClusterTopologyBinding) owner.surroundings_changed_ = true;
    owner.drain_soon();
  }
  kube::OwnWrites::Kind own_kind() const { return static_cast<kube::OwnWrites::Kind>(kind); }

  Operator& owner;
  Kind kind;
  std::unique_ptr<kube::Watch> watch;
  bool is_listing = false, has_listed = false, was_broken = false;
};

// ResourceClaimTemplates, which sets may name: of everybody, and no kind of ours.
struct Operator::TemplateWatch final : kube::Sink {
  explicit TemplateWatch(Operator& op) : owner(op) {}

  void on_list_begin() override {
    is_listing = true;
    listed.clear();
  }
  void on_object(const kube::Item& item) override {
    const auto read = owner.eyes_.read_tree(item.json);
    if (!read) return;
    (is_listing ? listed : objects)[{std::string(item.namespace_), std::string(item.name)}] = *read;
    if (!is_listing) changed();
  }
  void on_delete(const kube::Item& item) override {
    objects.erase({std::string(item.namespace_), std::string(item.name)});
    changed();
  }
  void on_list_end(std::string_view) override {
    objects = std::move(listed);
    listed.clear();
    is_listing = false;
    has_listed = true;
    changed();
  }
  void on_bookmark(std::string_view) override {}
  void on_broken(const Error& error, kube::Duration) override {
    if (has_listed) return;
    if (error.kind == Error::kDenied && !is_narrow && !owner.options_.namespace_.empty()) {
      // Those of other namespaces are then unknown.
      owner.client_.loop().post([this] { open(owner.options_.namespace_); });
      is_narrow = true;
      return;
    }
    owner.options_.say(true, "watch of resourceclaimtemplates: " + error.message);
    has_listed = error.kind == Error::kDenied;  // nothing waits for them
    owner.drain_soon();
  }
  void open(const std::string& namespace_) {
    kube::WatchSpec spec{.path = kube::path_of("resource.k8s.io", "v1", "resourceclaimtemplates", namespace_)};
    watch = std::make_unique<kube::Watch>(owner.client_, std::move(spec), *this);
  }
  void changed() {
    owner.surroundings_changed_ = true;
    owner.drain_soon();
  }

  Operator& owner;
  std::unique_ptr<kube::Watch> watch;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const LiveFact>> objects, listed;
  bool is_listing = false, has_listed = false, is_narrow = false;
};

Operator::Operator(kube::Client& client, OperatorOptions options)
    : client_(client),
      options_(std::move(options)),
      compiler_(options_.compiler),
      own_([this](const std::string& owner) {
        const std::size_t slash = owner.find('/');
        const auto at = tenants_.find(SetKey{owner.substr(0, slash), owner.substr(slash + 1)});
        if (at != tenants_.end()) at->second->own_writes_seen();
      }),
      shared_{client_,
              eyes_,
              store_,
              compiler_,
              own_,
              [this] { return listed_ && (!permission_ || permission_()); },
              options_.say,
              [this](const SetKey& key, const decide::Event& event, std::string_view uid) { tell(key, event, uid); },
              [this](std::string_view uid, decide::Instant at) { status_times_[std::string(uid)] = at; },
              [this] { probe_stuck(); }} {}

Operator::~Operator() {
  client_.loop().cancel(drain_timer_);
  client_.loop().cancel(probe_timer_);
}

void Operator::watch(Kind kind, const std::string& selector) {
  auto w = std::make_unique<KindWatch>(*this, kind);
  const ir::KindInfo& info = ir::info_of(kind);
  kube::WatchSpec spec{.path = kube::path_of(info, info.is_namespaced ? options_.namespace_ : ""),
                       .label_selector = selector};
  w->watch = std::make_unique<kube::Watch>(client_, std::move(spec), *w);
  watches_.push_back(std::move(w));
}

Result<Done> Operator::start() {
  if (auto read = compiler_.set_surroundings({}); !read) return read.error();
  const Result<kube::Discovery> discovery = kube::discover(client_);
  if (!discovery) return discovery.error();
  const std::string selector = std::string(ir::keys::kManagedBy) + "=" + std::string(ir::keys::kOperator);
  for (const Watched& w : kWatched) {
    if (!discovery->has(ir::info_of(w.kind))) {
      if (w.is_optional) continue;
      return Error{"The cluster has no " + std::string(ir::info_of(w.kind).kind) + " (" +
                       std::string(ir::info_of(w.kind).api_version) +
                       "): install the CRDs first (grovec schema --crds).",
                   Error::kContent};
    }
    watch(w.kind, w.by_label ? selector : std::string());
  }
  if (discovery->find("resource.k8s.io", "v1", "resourceclaimtemplates")) {
    templates_ = std::make_unique<TemplateWatch>(*this);
    templates_->open("");  // a set may name those of other namespaces
  }
  return Done{};
}

bool Operator::has_listed() const {
  for (const auto& w : watches_)
    if (!w->has_listed) return false;
  return !watches_.empty() && (!templates_ || templates_->has_listed);
}

void Operator::drain_soon() {
  if (drain_timer_) return;
  drain_timer_ = client_.loop().after(0ns, [this] {
    drain_timer_ = 0;
    drain();
  });
}

void Operator::drain() {
  if (!listed_ && !has_listed()) return;
  if (!listed_) {
    listed_ = true;
    refresh_surroundings();
    for (const SetKey& key : store_.sets())
      if (concerns_us(key)) tenant_of(key).wake();
  } else if (surroundings_changed_) {
    refresh_surroundings();
    wake_all();
  }
  const std::vector<SetKey> changed = store_.take_changed();
  for (const SetKey& key : changed)
    if (concerns_us(key)) tenant_of(key).wake();
  // A set of which nothing is left needs no care.
  std::erase_if(tenants_, [&](const auto& t) {
    if (!t.second->is_at_rest() || store_.has(t.first)) return false;
    compiler_.forget(t.first);
    return true;
  });
}

void Operator::refresh_surroundings() {
  surroundings_changed_ = false;
  std::vector<std::shared_ptr<const LiveFact>> facts;
  for (const auto& binding : store_.all(Kind::kClusterTopologyBinding))
    if (const auto* fact = std::get_if<std::shared_ptr<const LiveFact>>(&binding->typed)) facts.push_back(*fact);
  if (templates_)
    for (const auto& [name, fact] : templates_->objects) facts.push_back(fact);
  if (auto read = compiler_.set_surroundings(facts); !read) options_.say(true, read.error().message);
}

// A watch that stays silent although we wrote: asks the server for its version. Runs only while something is waited
// for.
void Operator::probe_stuck() {
  if (probe_timer_) return;
  probe_timer_ = client_.loop().after(kPatience, [this] {
    probe_timer_ = 0;
    for (const kube::OwnWrites::Stuck& s : own_.stuck(client_.loop().now(), kPatience))
      for (const auto& w : watches_)
        if (w->own_kind() == s.kind) w->watch->probe(s.floor);
    if (own_.waiting() > 0) probe_stuck();
  });
}

bool Operator::concerns_us(const SetKey& key) const {
  if (!options_.only.empty() && std::find(options_.only.begin(), options_.only.end(), key) == options_.only.end())
    return false;
  return options_.namespace_.empty() || key.namespace_ == options_.namespace_;
}

Tenant& Operator::tenant_of(const SetKey& key) {
  auto& tenant = tenants_[key];
  if (!tenant) tenant = std::make_unique<Tenant>(shared_, key);
  return *tenant;
}

const Tenant* Operator::tenant(const SetKey& key) const {
  const auto at = tenants_.find(key);
  return at == tenants_.end() ? nullptr : at->second.get();
}

void Operator::wake_all() {
  for (auto& [key, tenant] : tenants_) tenant->wake();
}

bool Operator::is_at_rest() const {
  if (!listed_ || own_.waiting() > 0 || drain_timer_) return false;
  for (const auto& [key, tenant] : tenants_)
    if (!tenant->is_at_rest()) return false;
  return true;
}

// Before it is put into the store.
void Operator::note_ready(const Seen& now) {
  const auto* pod = now.as<decide::LivePod>();
  if (!pod || !pod->ready || !listed_) return;
  const auto before = store_.find(now.kind, now.namespace_, now.name);
  const auto* former = before && before->uid == now.uid ? before->as<decide::LivePod>() : nullptr;
  if (former && former->ready) return;
  ++ready_pods_;
  ready_seconds_ += std::max<std::int64_t>(0, pod->ready_since.seconds() - pod->created.seconds());
}

std::pair<std::size_t, kube::Duration> Operator::queue() const {
  std::size_t n = 0;
  kube::Duration oldest{};
  for (const auto& [key, tenant] : tenants_)
    if (const auto since = tenant->waits_since()) {
      ++n;
      oldest = std::max<kube::Duration>(oldest, client_.loop().now() - *since);
    }
  return {n, oldest};
}

std::size_t Operator::flying() const {
  std::size_t n = 0;
  for (const auto& [key, tenant] : tenants_) n += tenant->is_flying();
  return n;
}

bool Operator::wind_down() {
  bool is_over = true;
  for (auto& [key, tenant] : tenants_) is_over &= tenant->wind_down();
  return is_over;
}

std::vector<Operator::WatchRow> Operator::watches() const {
  std::vector<WatchRow> out;
  for (const auto& w : watches_) out.push_back({ir::info_of(w->kind).plural, w->watch->health(), store_.size(w->kind)});
  return out;
}

std::vector<std::string> Operator::stale_watches() const {
  std::vector<std::string> out;
  for (const auto& w : watches_)
    if (!w->has_listed || w->watch->health().failures_in_row > 0) out.emplace_back(ir::info_of(w->kind).plural);
  if (templates_ && !templates_->has_listed) out.emplace_back("resourceclaimtemplates");
  return out;
}

// Events are told to people, never relied on: what cannot be sent is forgotten.
void Operator::tell(const SetKey& key, const decide::Event& event, std::string_view uid) {
  const auto wall = client_.loop().surroundings().wall_time().time_since_epoch();
  const decide::Instant now{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
  auto& [spent, since] =
      told_[std::to_string(static_cast<int>(event.on.kind)) + "/" + key.namespace_ + "/" + event.on.name];
  if (since == 0) since = now.seconds();
  const std::int64_t refilled = (now.seconds() - since) / kEventRefill;
  spent = std::max<int>(0, spent - static_cast<int>(refilled));
  since += refilled * kEventRefill;
  if (spent >= kEventBurst) return;
  ++spent;
  char host[64] = "";
  gethostname(host, sizeof host - 1);
  client_.send(apply::event_request(event, {key.namespace_, uid, host, ++events_}, now), [](const kube::Answer&) {});
}

}  // namespace grovec::live
