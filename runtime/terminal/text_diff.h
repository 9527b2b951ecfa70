/// \file Two texts as a unified diff, for commands that would rewrite a file.
#pragma once

#include <string>
#include <string_view>

namespace grovec::cli {

/// Empty if the texts are equal. Texts that differ too much to compare line by line in a moment give one large hunk.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name,
                         std::string_view after_is = "formatted");

}  // namespace grovec::cli
