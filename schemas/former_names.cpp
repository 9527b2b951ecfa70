#include "schemas/former_names.h"

#include <span>

namespace grovec::schemas {

namespace {

using enum NameStory;

// When names left that no release has: the day, and that it was before the first one.
#define GROVEC_BEFORE(day) day ", before v0.1.0-alpha.1"

#define F(place, written, story, when, meant, advice) {place, written, story, when, meant, advice},
#define V(...)
#define K(...)
#define A(...)
#define L(...)
#define S(...)
#define H(...)
#define E(...)
#define N(...)
constexpr FormerName kFields[] = {
#include "schemas/former_names.inc"
};
#undef F
#undef V
#define F(...)
#define V(place, written, story, when, meant, advice) {place, written, story, when, meant, advice},
constexpr FormerName kValues[] = {
#include "schemas/former_names.inc"
};
#undef V
#undef K
#define V(...)
#define K(place, written, story, when, meant, advice) {place, written, story, when, meant, advice},
constexpr FormerName kKinds[] = {
#include "schemas/former_names.inc"
};
#undef K
#undef A
#define K(...)
#define A(written, story, when, meant, advice) {{}, written, story, when, meant, advice},
constexpr FormerName kGroups[] = {
#include "schemas/former_names.inc"
};
#undef A
#undef L
#define A(...)
#define L(place, written, story, when, meant, advice) {place, written, story, when, meant, advice},
constexpr FormerName kKeys[] = {
#include "schemas/former_names.inc"
};
#undef L
#undef S
#define L(...)
#define S(written, story, when, meant, advice) {{}, written, story, when, meant, advice},
constexpr FormerName kSettings[] = {
#include "schemas/former_names.inc"
};
#undef S
#undef H
#define S(...)
#define H(written, story, when, meant, advice) {{}, written, story, when, meant, advice},
constexpr FormerName kChartValues[] = {
#include "schemas/former_names.inc"
};
#undef H
#undef E
#define H(...)
#define E(written, story, when, meant, advice) {{}, written, story, when, meant, advice},
constexpr FormerName kVariables[] = {
#include "schemas/former_names.inc"
};
#undef E
#undef N
#define E(...)
#define N(place, written, story, when, meant, advice) {place, written, story, when, meant, advice},
constexpr FormerName kOthers[] = {
#include "schemas/former_names.inc"
};
#undef N

bool is_written(std::string_view name, std::string_view written) {
  const std::size_t star = name.find('*');
  if (star == std::string_view::npos) return name == written;
  const std::string_view front = name.substr(0, star), back = name.substr(star + 1);
  return written.size() >= front.size() + back.size() && written.starts_with(front) && written.ends_with(back);
}

const FormerName* find(std::span<const FormerName> names, std::string_view written) {
  for (const FormerName& n : names)
    if (n.written == written) return &n;
  return nullptr;
}

const FormerName* find(std::span<const FormerName> names, std::string_view place, std::string_view written) {
  for (const FormerName& n : names)
    if (n.written == written && n.place == place) return &n;
  return nullptr;
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace

const FormerName* former_field(std::string_view go_name, std::string_view written) {
  if (const FormerName* here = find(kFields, go_name, written)) return here;
  return go_name.starts_with("v1alpha1.") ? find(kFields, "*", written) : nullptr;
}

const FormerName* former_value(std::string_view place, std::string_view written) {
  return find(kValues, place, written);
}

const FormerName* former_kind(std::string_view written) { return find(kKinds, written); }
const FormerName* former_group(std::string_view group) { return find(kGroups, group); }
const FormerName* former_key(std::string_view written) { return find(kKeys, written); }
const FormerName* former_setting(std::string_view path) { return find(kSettings, path); }
const FormerName* former_chart_value(std::string_view path) { return find(kChartValues, path); }

const FormerName* former_variable(std::string_view written) { return find(kVariables, written); }

std::vector<const FormerName*> all_former(std::string_view written) {
  const std::span<const FormerName> tables[] = {kFields,   kValues,      kKinds,     kGroups, kKeys,
                                                kSettings, kChartValues, kVariables, kOthers};
  std::vector<const FormerName*> out;
  for (const std::span<const FormerName> table : tables)
    for (const FormerName& n : table)
      if (is_written(n.written, written)) out.push_back(&n);
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
