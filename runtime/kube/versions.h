/// \file Resource versions, compared as the API defines it since Kubernetes 1.35.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace grovec::kube {

/// Digits without a leading zero, at most 39 of them (128 bits): shorter is older, equal length by bytes. Nothing if
/// either is not of that form: then only equality means something, and a live read has to decide.
std::optional<std::strong_ordering> compare_versions(std::string_view a, std::string_view b);

}  // namespace grovec::kube
