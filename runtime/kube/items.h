/// \file Objects out of the bytes of a list or watch, as they arrive: no tree is built, no answer is kept whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace grovec::kube {

/// One object. Views live until the callback returns. At least kItemPadding bytes after `json` may be read (simdjson
/// asks for that: `simdjson::padded_string_view(json.data(), json.size(), json.size() + kItemPadding)`). The text is
/// balanced and UTF-8; members that nobody looked at have not been checked further.
struct Item {
  std::string_view json;
  std::string_view uid, resource_version, namespace_, name;
};
inline constexpr std::size_t kItemPadding = 64;
inline constexpr std::size_t kMostItemBytes = 16u << 20;

enum class EventType : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };

struct Event {
  EventType type{};
  Item item;                        ///< kError: `json` is a Status
  bool initial_events_end = false;  ///< the bookmark that ends a streaming list
  int code = 0;                     ///< kError: of the Status
  std::string_view message = {};    ///< kError
};

/// What a list says besides its items.
struct ListEnd {
  std::string resource_version, continue_token;
};

/// Splits a watch: JSON values one after the other. `feed` fails for good at the first byte that cannot belong.
class WatchReader {
 public:
  explicit WatchReader(std::function<void(const Event&)> on_event);
  ~WatchReader();
  Result<Done> feed(std::string_view bytes);
  /// Whether the bytes so far end between two events.
  bool is_between() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Splits a list (one page) of any kind.
class ListReader {
 public:
  explicit ListReader(std::function<void(const Item&)> on_item);
  ~ListReader();
  Result<Done> feed(std::string_view bytes);
  /// kContent if the list is not complete.
  Result<ListEnd> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The identity of an object in `json`, which is followed by kItemPadding readable bytes.
Result<Item> read_item(std::string_view json);

/// What an answer to a write tells: uid and version of the object in `body` (which is copied for padding).
struct Written {
  std::string uid, resource_version, namespace_, name;
};
Result<Written> read_written(std::string_view body);

}  // namespace grovec::kube
