#include "ir/base/explanations.h"

#include <algorithm>
#include <iterator>

namespace grovec {

namespace {

/// The texts begin and end with the line breaks that set them apart in explanations.def.
constexpr std::string_view inner(std::string_view text) {
  text.remove_prefix(1);
  return text;
}
constexpr std::string_view prose(std::string_view text) {
  text = inner(text);
  text.remove_suffix(1);
  return text;
}

constexpr Explanation kAll[] = {
#define GROVEC_EXPLAIN(code, upstream, rule, why, example, fix) \
  {code, upstream, prose(rule), prose(why), inner(example), prose(fix)},
#include "ir/base/explanations.def"
#undef GROVEC_EXPLAIN
};

constexpr bool codes_ascend() {
  for (std::size_t i = 1; i < std::size(kAll); ++i)
    if (kAll[i - 1].code >= kAll[i].code) return false;
  return true;
}
static_assert(codes_ascend(), "explanations.def: codes are unique and ascending");

}  // namespace

std::span<const Explanation> all_explanations() { return kAll; }

const Explanation* find_explanation(std::uint16_t code) {
  auto it = std::lower_bound(std::begin(kAll), std::end(kAll), code,
                             [](const Explanation& e, std::uint16_t c) { return e.code < c; });
  return it != std::end(kAll) && it->code == code ? it : nullptr;
}

}  // namespace grovec
