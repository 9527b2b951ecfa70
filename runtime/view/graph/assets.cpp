#include "runtime/view/graph/assets.h"

extern "C" {
extern const char grovec_asset_page_html[], grovec_asset_page_html_end[];
extern const char grovec_asset_page_css[], grovec_asset_page_css_end[];
extern const char grovec_asset_page_js[], grovec_asset_page_js_end[];
}

namespace grovec::driver::assets {

std::string_view page_html() { return {grovec_asset_page_html, grovec_asset_page_html_end}; }
std::string_view page_css() { return {grovec_asset_page_css, grovec_asset_page_css_end}; }
std::string_view page_js() { return {grovec_asset_page_js, grovec_asset_page_js_end}; }

}  // namespace grovec::driver::assets
