/// \file Names of devices in `resources`, and what was probably meant by those that no device plugin uses.
#pragma once

#include <string_view>

namespace grovec::passes {

/// The resource that was probably meant by a name that no device plugin uses, or nothing. Only mistakes that are
/// surely some are known: there are more vendors than anybody can list.
std::string_view meant_device(std::string_view name);

}  // namespace grovec::passes
