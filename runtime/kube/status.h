/// \file What the server says about a request that it refused: a Status, or anything else. Internal to `runtime/kube`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "runtime/kube/surroundings.h"

namespace grovec::kube {

struct Status {
  std::string message, reason;
  std::optional<Duration> retry_after;  ///< details.retryAfterSeconds
};

/// Never fails: what is no Status gives its first line. Nothing is hidden yet.
Status read_status(std::string_view body);

/// Seconds or a date; at most an hour.
std::optional<Duration> read_retry_after(std::string_view text, WallTime now);

/// `299 - "text"` gives `text`, escaped.
std::string read_warning(std::string_view header);

/// What the API server says with 500 although the request is wrong and stays so: an apply of a field that the kind does
/// not declare.
bool is_about_content(const Status& status);

/// What an answer of this status means for the caller.
Error::Kind kind_of(int status);

}  // namespace grovec::kube
