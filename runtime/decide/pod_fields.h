/// \file What fields of a pod mean, for whoever reads pods: out of trees, or out of bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "runtime/decide/observed.h"

namespace grovec::decide {

/// Behind the name of the set: the token Secret of older operators. It is P-ic-sat now.
inline constexpr std::string_view kFormerTokenSecret = "-initc-sa-token-secret";

/// metadata.resourceVersion as a number; 0 if it is none.
std::uint64_t version_of(std::string_view text);
/// "wl-0-pc-a-12" -> ("wl-0-pc-a", 12); an index of -1 if no number is at the end.
std::pair<std::string_view, std::int32_t> split_hostname(std::string_view host);
/// The label's number; -1 if it is none.
std::int32_t index_label_of(std::string_view text);
PodPhase phase_of(std::string_view text);

}  // namespace grovec::decide
