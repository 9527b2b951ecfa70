/// \file The page around a picture: HTML, CSS and JavaScript, embedded at build time from the files beside this one.
#pragma once

#include <string_view>

namespace grovec::driver::assets {

std::string_view page_html();
std::string_view page_css();
std::string_view page_js();

}  // namespace grovec::driver::assets
