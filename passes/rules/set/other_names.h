/// \file A name that nothing of the wanted kind has: what else in the set is called so.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ir/spec/nodes.h"

namespace grovec::passes {

/// The end of a message about a clique that does not exist: it is a scaling group, a role, or the name of an object
/// that the set becomes; else the nearest of `candidates`; else nothing.
std::string instead_of_clique(const ir::PodCliqueSet& set, std::string_view written,
                              std::span<const std::string_view> candidates);

/// The same for a scaling group.
std::string instead_of_group(const ir::PodCliqueSet& set, std::string_view written,
                             std::span<const std::string_view> candidates);

}  // namespace grovec::passes
