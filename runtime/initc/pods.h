/// \file The few facts of pods that waiting needs, read from the bytes of lists and watch events; no tree is built.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace grovec::initc {

struct Pod {
  std::string uid;
  std::string label;  ///< value of grove.io/podclique
  std::string owner;  ///< name of the PodClique that controls it
  bool ready = false;
};

/// One line of a watch.
struct Event {
  enum Kind { kPut, kDeleted, kBookmark, kError } kind = kPut;
  Pod pod;              ///< of kPut and kDeleted
  std::string version;  ///< resourceVersion to go on from; empty for kError
  int code = 0;         ///< of kError
  std::string message;  ///< of kError
};

/// What a list says of itself.
struct Page {
  std::string version;
  std::string more;  ///< the `continue` token; empty for the last page
};

/// Nothing if the line is no event.
std::optional<Event> read_event(std::string_view line);
/// Calls `each` for the pods of a PodList; nothing if it is none.
std::optional<Page> read_page(std::string_view body, const std::function<void(Pod)>& each);
/// The message of a Status, or an empty text.
std::string read_status_message(std::string_view body);

}  // namespace grovec::initc
