/// \file What `grovec explain` says about each code of the catalogue. Texts are in explanations.def.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace grovec {

/// Prose is one paragraph: line breaks in it mean nothing. All texts live as long as the program.
struct Explanation {
  std::uint16_t code;
  std::string_view upstream;  ///< upstream's rule, as V033 or C2; empty if the rule is no rule of upstream's webhooks
  std::string_view rule;
  std::string_view why;
  std::string_view example;  ///< breaks the rule; YAML, DSL or a command line, ends in a line break
  std::string_view fix;
};

/// Every explanation, by code. tests/tools/check_explanations sees to it that each code but those of notes has one.
std::span<const Explanation> all_explanations();
/// The explanation of this code, or nullptr.
const Explanation* find_explanation(std::uint16_t code);

}  // namespace grovec
