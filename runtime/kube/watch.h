/// \file One kind of object, kept up to date: a consistent list, then every change, over and over.
///
/// Lists by a streaming list where the server has it, else by pages; always from the newest state. Resumes from the
/// version of the list, of an event or of a bookmark only. When the server has forgotten that version it lists again,
/// between on_list_begin and on_list_end, so that the sink finds what has vanished in between.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/kube/client.h"
#include "runtime/kube/items.h"

namespace grovec::kube {

/// Gets what happens to one kind. Called from the loop; must not throw and must not destroy the watch.
class Sink {
 public:
  virtual ~Sink() = default;
  /// A list begins: what is not named until on_list_end does not exist any more. A list may begin again before it
  /// ended.
  virtual void on_list_begin() = 0;
  /// Exists and looks like this (in a list: in no order). The same version may come again.
  virtual void on_object(const Item& item) = 0;
  /// Has been deleted, or does not match the selector any more; `item` is its last state.
  virtual void on_delete(const Item& item) = 0;
  virtual void on_list_end(std::string_view resource_version) = 0;
  /// Everything up to this version has been delivered.
  virtual void on_bookmark(std::string_view resource_version) = 0;
  /// The connection failed; what the sink knows may be old. The watch tries again by itself after `again_in`.
  virtual void on_broken(const Error& error, Duration again_in) = 0;
};

struct WatchSpec {
  std::string path;  ///< of the collection (path_of)
  std::string label_selector = {}, field_selector = {};
  std::uint32_t page = 500;
  bool streaming_list = true;
  Duration idle = std::chrono::seconds(90);  ///< silence after which a connection is taken for dead
  bool metadata_only = false;                ///< objects without spec and status (PartialObjectMetadata)
  bool newest_only = false;                  ///< list once and stop: no watch, and no new try after an error
};

/// For health checks and metrics.
struct WatchHealth {
  enum class Phase : std::uint8_t { kListing, kWatching, kWaiting, kStopped };
  Phase phase = Phase::kListing;
  bool has_listed = false;       ///< at least one list has ended
  std::string resource_version;  ///< up to which everything has been delivered
  Duration since_last_byte{};    ///< of any connection of this watch
  std::uint64_t lists = 0, connections = 0, events = 0, bytes = 0;
  std::uint32_t failures_in_row = 0;
};

class Watch {
 public:
  /// Starts with the next turn of the loop. Client and sink outlive the watch.
  Watch(Client& client, WatchSpec spec, Sink& sink);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  WatchHealth health() const;
  /// Asks the server for its present version (a list of one object). If it is lower than what this watch has seen, the
  /// cluster was restored from an older state: lists again. If it is at least `floor` and the watch stays below it,
  /// lists again, too. Cheap; at most one at a time.
  void probe(std::string_view floor);
  /// Forgets its version and lists again, with the next turn of the loop.
  void list_again();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Lists once, blocking in the loop; for short commands. Tries a few times; what is refused for good is an error at
/// once.
Result<ListEnd> list(Client& client, WatchSpec spec, Sink& sink);

}  // namespace grovec::kube
