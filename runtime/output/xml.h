/// \file Text for SVG, HTML and JUnit files.
#pragma once

#include <string>
#include <string_view>

namespace grovec::driver {

/// For the content of an element and of an attribute. XML 1.0 cannot write most control characters: U+FFFD instead.
std::string xml_escaped(std::string_view text);

}  // namespace grovec::driver
