/// \file Worlds out of bytes: what lives in the cluster is anything whatever, as anybody with kubectl could make it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace grovec::testing {

/// Takes a set that is settled, changes its objects as the bytes say, and lets `decide` decide. Empty = all of this
/// holds: nothing aborts; each write but a create has the uid of an object that was observed under its name; nothing is
/// created under a name that was observed; bodies can be made; equal input gives an equal decision, by parts, too; a
/// look that is due at once comes with something to do. Else what does not hold.
std::string decide_on_bytes(std::span<const std::uint8_t> bytes);

}  // namespace grovec::testing
