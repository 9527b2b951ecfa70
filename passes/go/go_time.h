/// \file RFC 3339 times as Go's time.Parse reads them.
#pragma once

#include <string_view>

namespace grovec::passes {

/// Whether metav1.Time accepts the text: `2006-01-02T15:04:05`, an optional fraction, `Z` or an offset.
bool is_rfc3339(std::string_view text);

}  // namespace grovec::passes
