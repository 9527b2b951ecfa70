#include "schemas/former_names.h"

#include <cstdint>

namespace grovec::schemas {

namespace {

using enum NameStory;

// When names left that no release has: the day, and that it was before the first one.
#define GROVEC_BEFORE(day) day ", before v0.1.0-alpha.1"

/// What a name is the name of.
enum class Of : std::uint8_t { kField, kValue, kKind, kGroup, kKey, kSetting, kChartValue, kVariable, kOther };

struct Row {
  Of of;
  FormerName name;
};

#define ROW(of, place, written, story, when, meant, advice) {Of::of, {place, written, story, when, meant, advice}},
#define F(...) ROW(kField, __VA_ARGS__)
#define V(...) ROW(kValue, __VA_ARGS__)
#define K(...) ROW(kKind, __VA_ARGS__)
#define A(...) ROW(kGroup, {}, __VA_ARGS__)
#define L(...) ROW(kKey, __VA_ARGS__)
#define S(...) ROW(kSetting, {}, __VA_ARGS__)
#define H(...) ROW(kChartValue, {}, __VA_ARGS__)
#define E(...) ROW(kVariable, {}, __VA_ARGS__)
#define N(...) ROW(kOther, __VA_ARGS__)
constexpr Row kRows[] = {
#include "schemas/former_names.inc"
};
#undef F
#undef V
#undef K
#undef A
#undef L
#undef S
#undef H
#undef E
#undef N
#undef ROW

bool is_written(std::string_view name, std::string_view written) {
  const std::size_t star = name.find('*');
  if (star == std::string_view::npos) return name == written;
  const std::string_view front = name.substr(0, star), back = name.substr(star + 1);
  return written.size() >= front.size() + back.size() && written.starts_with(front) && written.ends_with(back);
}

const FormerName* find(Of of, std::string_view written) {
  for (const Row& r : kRows)
    if (r.of == of && r.name.written == written) return &r.name;
  return nullptr;
}

const FormerName* find(Of of, std::string_view place, std::string_view written) {
  for (const Row& r : kRows)
    if (r.of == of && r.name.written == written && r.name.place == place) return &r.name;
  return nullptr;
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace

const FormerName* former_field(std::string_view go_name, std::string_view written) {
  if (const FormerName* here = find(Of::kField, go_name, written)) return here;
  return go_name.starts_with("v1alpha1.") ? find(Of::kField, "*", written) : nullptr;
}

const FormerName* former_value(std::string_view place, std::string_view written) {
  return find(Of::kValue, place, written);
}

const FormerName* former_kind(std::string_view written) { return find(Of::kKind, written); }
const FormerName* former_group(std::string_view group) { return find(Of::kGroup, group); }
const FormerName* former_key(std::string_view written) { return find(Of::kKey, written); }
const FormerName* former_setting(std::string_view path) { return find(Of::kSetting, path); }
const FormerName* former_chart_value(std::string_view path) { return find(Of::kChartValue, path); }

const FormerName* former_variable(std::string_view written) { return find(Of::kVariable, written); }

std::vector<const FormerName*> all_former(std::string_view written) {
  std::vector<const FormerName*> out;
  for (std::size_t of = 0; of <= static_cast<std::size_t>(Of::kOther); ++of)
    for (const Row& r : kRows)
      if (r.of == static_cast<Of>(of) && is_written(r.name.written, written)) out.push_back(&r.name);
  return out;
}

std::string story_text(const FormerName& n) {
  const std::string written = quoted(n.written), when(n.when), advice(n.advice);
  const std::string rest = advice.empty() ? std::string() : "; " + advice;
  switch (n.story) {
    case kRenamed:
      return "; " + quoted(n.meant) + " was called " + written + " until " + when + "; write " + quoted(n.meant) +
             (advice.empty() ? "" : ", " + advice);
    case kGone:
      return "; Grove had it until " + when + rest;
    case kNewer:
      return "; Grove has it since " + when + ", this grovec equals " + std::string(kNearestRelease) + rest;
    case kDrafted:
      return "; it is only drafted (" + when + ")" + rest;
    case kForeign:
      return "; " + written + " belongs to " + when + rest;
    case kSlip:
      return rest;
  }
  return {};
}

}  // namespace grovec::schemas
