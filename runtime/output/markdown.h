/// \file Text for Markdown that a forge renders: nothing of it becomes markup, a link or a mention.
#pragma once

#include <string>
#include <string_view>

namespace grovec::driver {

/// For a paragraph or a table cell: `|`, backticks, HTML, emphasis, links and `@` are shown as themselves; line breaks
/// become blanks.
std::string markdown_escaped(std::string_view text);
/// As code, also in a table cell: `<code>` with everything in it escaped, since backticks cannot hold backticks or `|`.
std::string markdown_code(std::string_view text);

/// Comments of pull requests hold 65,536 characters.
inline constexpr std::size_t kLongestMarkdown = 60'000;

}  // namespace grovec::driver
