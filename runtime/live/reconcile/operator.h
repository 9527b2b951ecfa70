/// \file The operator: watches every kind that sets are made of, and looks after each set.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kube/discovery.h"
#include "runtime/live/reconcile/tenant.h"

namespace grovec::live {

struct OperatorOptions {
  std::string namespace_;    ///< empty: all
  std::vector<SetKey> only;  ///< if there are any, no other sets
  Compiler::Options compiler;
  Log say;
};

/// Runs in the client's loop. Begins to write when every watch has listed.
class Operator {
 public:
  Operator(kube::Client& client, OperatorOptions options);
  ~Operator();
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Asks which kinds the server has, reads the configuration and opens the watches. Error: a kind that nothing works
  /// without is not there, or the configuration cannot be read.
  Result<Done> start();
  /// Empty as long as it may write; tests whether it still may are made before each look.
  void set_permission(std::function<bool()> may_write) { permission_ = std::move(may_write); }

  bool has_listed() const;
  /// A kind that we may not list, as long as it has never been listed.
  const std::optional<Error>& denied() const { return denied_; }
  /// Every set (or the only one) is at rest: nothing to do now, and our own writes are seen.
  bool is_at_rest() const;
  /// No further write; true once all answers are there.
  bool wind_down();
  void wake_all();

  const Store& store() const { return store_; }
  const Shared& shared() const { return shared_; }
  /// With what surrounds sets in the cluster, once everything has been listed.
  Compiler& compiler() { return compiler_; }
  const Tenant* tenant(const SetKey& key) const;
  /// Kinds whose watch is not up to date, for /readyz.
  std::vector<std::string> stale_watches() const;

  struct WatchRow {
    std::string_view kind;
    kube::WatchHealth health;
    std::size_t objects;
  };
  std::vector<WatchRow> watches() const;
  std::size_t tenants() const { return tenants_.size(); }
  std::size_t flying() const;
  /// Sets that wait for a look, and for how long the first of them has.
  std::pair<std::size_t, kube::Duration> queue() const;
  /// Pods that have become Ready, and the sum of how long that took each; whole seconds, as the API has them.
  std::pair<std::uint64_t, std::int64_t> pods_ready() const { return {ready_pods_, ready_seconds_}; }
  /// Sets whose own writes have not been seen yet.
  std::size_t gated() const { return own_.waiting(); }

 private:
  struct KindWatch;
  struct TemplateWatch;

  void watch(Kind kind, const std::string& selector);
  void drain_soon();
  void drain();
  void refresh_surroundings();
  void note_ready(const Seen& now);
  void probe_stuck();
  Tenant& tenant_of(const SetKey& key);
  void tell(const SetKey& key, const decide::Event& event, std::string_view uid);
  bool concerns_us(const SetKey& key) const;

  kube::Client& client_;
  OperatorOptions options_;
  Eyes eyes_;
  Store store_;
  Compiler compiler_;
  kube::OwnWrites own_;
  Shared shared_;
  std::function<bool()> permission_;
  std::vector<std::unique_ptr<KindWatch>> watches_;
  std::unique_ptr<TemplateWatch> templates_;  // null: the server has no ResourceClaimTemplates
  std::map<SetKey, std::unique_ptr<Tenant>> tenants_;
  std::map<std::string, decide::Instant, std::less<>> status_times_;  // of our last write to a status, by uid
  std::map<std::string, std::pair<int, std::int64_t>> told_;          // Events of an object, and since when
  kube::Loop::TimerId drain_timer_ = 0, probe_timer_ = 0;
  std::uint64_t events_ = 0, ready_pods_ = 0;
  std::int64_t ready_seconds_ = 0;
  bool surroundings_changed_ = false, listed_ = false;
  std::optional<Error> denied_;
};

}  // namespace grovec::live
