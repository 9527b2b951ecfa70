/// \file The API server of the simulated cluster: objects, and the rules by which writes change them.
///
/// What it does as the real one: uids and resource versions, generation, 404, 409 for a name that is taken, for a uid
/// or resource version that is not the object's any more, merge patches, finalizers and graceful deletion, `/scale`,
/// status apart from the rest, fields of pods that cannot change. What it does not do: defaults of built-in kinds,
/// schemas, quotas, permissions, managed fields. Whether a PodCliqueSet is admitted is for whoever calls `create` and
/// `update`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/simulate/object.h"

namespace grovec::simulate {

/// HTTP status of an answer; `reason` is the API's word for it.
struct Answer {
  int code = 200;
  std::string reason;   ///< AlreadyExists, Conflict, NotFound, Invalid, Forbidden, …; empty if it worked
  std::string message;  ///< as the API server words it
  ObjectPtr object;     ///< what is stored now; null after a failure, and when the object is gone
  bool ok() const { return code < 300; }
};

/// One event of a watch. `before` is null for an addition, `after` for an object that is gone.
struct Change {
  ObjectPtr before, after;
  const Object& object() const { return after ? *after : *before; }
  /// The update that set the deletion timestamp.
  bool is_deletion_mark() const { return before && after && !before->deleted && after->deleted; }
};

/// Empty = not checked.
struct Preconditions {
  std::optional<Uid> uid;
  std::optional<std::uint64_t> resource_version;
};

/// Copying is cheap: objects are shared, lists are copied when one of the copies changes them. Not thread-safe; copies
/// are independent of each other.
class Store {
 public:
  /// `next_uid` lets several worlds have distinct uids.
  explicit Store(std::uint64_t next_uid = 1) : interner_(std::make_shared<decide::Interner>()), next_uid_(next_uid) {}

  ObjectPtr find(const Key& key) const;
  ObjectPtr find(Kind kind, std::string_view uid) const;
  /// All objects of a kind, by namespace and name.
  const std::vector<ObjectPtr>& all(Kind kind) const;
  std::size_t size() const;
  /// Whether an object of this uid exists, of whatever kind.
  bool exists(std::string_view uid) const;

  Answer create(const ir::Value& manifest, Instant now);
  /// Replaces everything but what the server keeps; the status is left alone where it is a subresource. An object that
  /// is being deleted and has no finalizers left goes.
  Answer update(const Key& key, const ir::Value& manifest, const Preconditions& only_if, Instant now);
  Answer merge_patch(const Key& key, const ir::Value& patch, const Preconditions& only_if, Instant now);
  /// Merge patch of the status subresource; of the patch only `status` counts.
  Answer merge_patch_status(const Key& key, const ir::Value& patch, const Preconditions& only_if, Instant now);
  /// Marks what has finalizers or a grace period (pods), removes anything else.
  Answer remove(const Key& key, const Preconditions& only_if, Instant now);
  /// What a kubelet does once nothing of a marked pod runs.
  Answer remove_now(const Key& key, const Preconditions& only_if, Instant now);
  /// Writes spec.replicas through /scale.
  Answer scale(const Key& key, std::int64_t replicas, Instant now);

  /// Stores a whole new version of `before`, or a new object if that is null: what parts of the cluster itself write
  /// (a binding, the status of a pod). Validated, but nothing is kept back.
  Answer write(const ObjectPtr& before, Object after);

  std::uint64_t resource_version() const { return version_; }
  /// Makes the list of a kind that of `other`: what a watch cache does that catches up for one kind.
  void catch_up(const Store& other, Kind kind);
  /// Resource version up to which a kind is known: the store's own, or where it caught up last.
  std::uint64_t version_of(Kind kind) const;
  /// Changes since the last call, in the order of resource versions.
  std::vector<Change> take_changes();
  bool has_changes() const { return !changes_.empty(); }

 private:
  using List = std::vector<ObjectPtr>;
  struct Found {
    ObjectPtr object;
    Answer failure;
  };

  List& list(Kind kind);
  Found look_up(const Key& key, const Preconditions& only_if) const;
  void erase(const ObjectPtr& object);

  std::array<std::shared_ptr<List>, kKinds> lists_;
  std::array<std::uint64_t, kKinds> caught_up_{};  ///< 0 = a list of our own
  std::vector<Change> changes_;
  std::shared_ptr<decide::Interner> interner_;  ///< shared by copies, which stay in one thread
  std::uint64_t version_ = 100;
  std::uint64_t next_uid_;
};

}  // namespace grovec::simulate
