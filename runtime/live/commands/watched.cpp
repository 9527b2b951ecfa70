#include "runtime/live/commands/watched.h"

#include <algorithm>
#include <map>

#include "runtime/kube/watch.h"
#include "runtime/live/eyes/eyes.h"

namespace grovec::live {

using namespace std::chrono_literals;

namespace {

// Changes come in bursts: one look for each.
constexpr kube::Duration kBurst = 100ms;
// Of a first list that fails for a reason that may pass.
constexpr int kTries = 4;

using Objects = std::map<std::pair<std::string, std::string>, std::shared_ptr<const LiveFact>>;

}  // namespace

struct Watched::State {
  struct KindWatch final : kube::Sink {
    KindWatch(State& s, Listing l) : owner(s), listing(std::move(l)) {}

    void on_list_begin() override {
      is_listing = true;
      listed.clear();
    }
    void on_object(const kube::Item& item) override {
      const auto read = owner.eyes.read_tree(item.json);
      if (!read) return;
      (is_listing ? listed : objects)[{std::string(item.namespace_), std::string(item.name)}] = *read;
      owner.has_changed |= !is_listing;
    }
    void on_delete(const kube::Item& item) override {
      owner.has_changed |= objects.erase({std::string(item.namespace_), std::string(item.name)}) > 0;
    }
    void on_list_end(std::string_view) override {
      objects = std::move(listed);
      listed.clear();
      is_listing = false;
      is_known = owner.has_changed = true;
    }
    void on_bookmark(std::string_view) override {}
    // Later on, the watch tries again by itself and what is known stays.
    void on_broken(const Error& error, kube::Duration) override {
      if (is_known) return;
      const int status = error.kind == Error::kDenied ? 403 : error.kind == Error::kGone ? 404 : 0;
      if ((error.kind == Error::kRetry || error.kind == Error::kConflict) && ++failures < kTries) return;
      if (auto end = refusal_of(listing, status, error, owner.denied)) owner.failed = std::move(end);
      is_known = is_refused = true;
    }

    void open(kube::Client& client) {
      kube::WatchSpec spec{.path = listing.path, .label_selector = listing.labels, .field_selector = listing.fields};
      watch = std::make_unique<kube::Watch>(client, std::move(spec), *this);
    }

    State& owner;
    Listing listing;
    Objects objects, listed;
    std::unique_ptr<kube::Watch> watch;
    bool is_listing = false, is_known = false, is_refused = false;
    int failures = 0;
  };

  State(Cluster& c, GatherOptions w) : cluster(c), what(std::move(w)) {
    for (Listing& l : listings_of(what)) {
      kinds.push_back(std::make_unique<KindWatch>(*this, std::move(l)));
      if (!kinds.back()->listing.is_detail) kinds.back()->open(*cluster.client);
    }
  }

  bool knows_all() const {
    return std::all_of(kinds.begin(), kinds.end(), [](const auto& k) { return !k->watch || k->is_known; });
  }

  // Not from inside a watch.
  void close_refused() {
    for (const auto& k : kinds)
      if (k->is_refused) k->watch.reset();
  }

  // Whether there were any to open.
  bool open_details() {
    bool any = false;
    for (const auto& k : kinds) {
      if (!k->listing.is_detail || k->watch || k->is_refused) continue;
      k->open(*cluster.client);
      any = true;
    }
    return any;
  }

  std::unique_ptr<Gathered> world() const {
    auto out = std::make_unique<Gathered>();
    for (const auto& k : kinds) {
      if (!k->is_known || k->is_refused) continue;
      out->world.set_read(k->listing.kind);
      for (const auto& [name, fact] : k->objects) out->world.add(fact->tree, fact);
    }
    out->denied = denied;
    return out;
  }

  Cluster& cluster;
  GatherOptions what;
  Eyes eyes;
  std::vector<std::string> denied;
  std::optional<Error> failed;
  bool has_changed = false;
  std::vector<std::unique_ptr<KindWatch>> kinds;  // the last member: watches end first
};

Watched::Watched(Cluster& cluster, GatherOptions what) : state_(std::make_unique<State>(cluster, std::move(what))) {}
Watched::~Watched() = default;

Result<bool> Watched::wait(kube::Duration most) {
  State& s = *state_;
  const kube::Instant end = s.cluster.loop->now() + most;
  const auto left = [&] { return std::max(kube::Duration(0), kube::Duration(end - s.cluster.loop->now())); };
  for (;;) {
    s.cluster.loop->run_until([&s] { return s.cluster.is_interrupted || s.failed || (s.has_changed && s.knows_all()); },
                              left());
    if (s.failed) return *s.failed;
    s.close_refused();
    if (!s.knows_all() || s.cluster.is_interrupted) return false;
    if (needs_details(s.world()->world) && s.open_details()) continue;
    if (s.has_changed && left() > 0s) s.cluster.pause(std::min(kBurst, left()));
    return true;
  }
}

std::unique_ptr<Gathered> Watched::look() {
  state_->has_changed = false;
  std::unique_ptr<Gathered> out = state_->world();
  out->world.finish();
  return out;
}

}  // namespace grovec::live
