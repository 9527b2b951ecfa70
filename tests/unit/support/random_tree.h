/// \file Trees and strings for property tests: mostly what quoting rules are about.
#pragma once

#include <random>
#include <string>

#include "ir/value/value.h"

namespace grovec::test {

/// Strings that mean something in YAML, in the typing table of the reference, or to a terminal.
inline constexpr std::string_view kHardStrings[] = {"",
                                                    "on",
                                                    "off",
                                                    "no",
                                                    "yes",
                                                    "y",
                                                    "n",
                                                    "Yes",
                                                    "TRUE",
                                                    "tRue",
                                                    "nULL",
                                                    "~",
                                                    "null",
                                                    "Null",
                                                    "0o17",
                                                    "017",
                                                    "0777",
                                                    "08",
                                                    "0x1F",
                                                    "-0x1F",
                                                    "+12",
                                                    "0b101",
                                                    "1_000",
                                                    "1_0.5",
                                                    "1:30",
                                                    "1e3",
                                                    "1E+3",
                                                    "5.",
                                                    ".5",
                                                    "1.0",
                                                    "1.10",
                                                    "1e400",
                                                    ".inf",
                                                    ".NaN",
                                                    "-.Inf",
                                                    "<<",
                                                    "=",
                                                    "-",
                                                    "--",
                                                    "---",
                                                    "...",
                                                    "?",
                                                    ": ",
                                                    "a: b",
                                                    "a:",
                                                    "a #b",
                                                    "#",
                                                    "*x",
                                                    "&x",
                                                    "!x",
                                                    "|",
                                                    ">",
                                                    "%x",
                                                    "@x",
                                                    "`x",
                                                    "[a]",
                                                    "{a}",
                                                    "'",
                                                    "\"",
                                                    "it's",
                                                    " a",
                                                    "a ",
                                                    "a\n",
                                                    "a\nb",
                                                    "\na",
                                                    " a\nb",
                                                    "a\n\n",
                                                    "\n",
                                                    "\n\n",
                                                    "a \nb",
                                                    "a\n b",
                                                    "a\tb",
                                                    "\t",
                                                    "a\r\nb",
                                                    "\x01",
                                                    "\x7F",
                                                    "\\",
                                                    "\\n",
                                                    "a\\\"b",
                                                    "2001-12-14",
                                                    "190:20:30",
                                                    "12e45678",
                                                    "\xC2\x85",
                                                    "\xC2\xA0",
                                                    "\xE2\x80\xA8",
                                                    "\xEF\xBB\xBF",
                                                    "\xC3\xA9",
                                                    "\xE2\x82\xAC",
                                                    "\xF0\x9F\x98\x80",
                                                    "{{ .V }}",
                                                    "$(NAME)",
                                                    "9223372036854775808",
                                                    "2001-12-14t21:59:43.10-05:00",
                                                    "key: |\n  x\n",
                                                    "- a\n- b",
                                                    "# c\n# d\n",
                                                    "a\n---\nb\n",
                                                    "\n\n x"};

class RandomTree {
 public:
  RandomTree(Arena& arena, unsigned seed) : arena_(&arena), random_(seed) {}

  std::string_view string() {
    static constexpr std::string_view kPieces[] = {"a",  "b", " ", "\n", ":", "#", "-",  "'",   "\"", "\\",
                                                   "0",  "1", ".", "e",  "_", "x", "\t", "|",   "*",  "\xC3\xA9",
                                                   "\r", "y", "~", ",",  "[", "{", "  ", "\n\n"};
    if (random_() % 3 == 0) return kHardStrings[random_() % std::size(kHardStrings)];
    std::string text;
    for (unsigned n = random_() % 9; n > 0; --n) text += kPieces[random_() % std::size(kPieces)];
    return arena_->copy(text);
  }

  ir::Value value(int depth = 0) {
    switch (random_() % (depth > 4 ? 5 : 9)) {
      case 0:
        return ir::Value::null();
      case 1:
        return ir::Value::boolean(random_() % 2 == 0);
      case 2:
        return ir::Value::integer(static_cast<std::int64_t>(random_()) - 1'000'000'000);
      case 3:
        return ir::Value::real(static_cast<double>(random_()) / 1024 * (random_() % 2 ? 1e-12 : 1e15));
      case 4:
      case 5:
        return ir::Value::string(string());
      case 6: {
        std::vector<ir::Value> items(random_() % 4);
        for (ir::Value& v : items) v = value(depth + 1);
        return ir::make_sequence(*arena_, items);
      }
      default: {
        ir::MappingBuilder mapping(*arena_);
        for (unsigned n = random_() % 5; n > 0; --n)
          mapping.set(random_() % 10 ? string() : arena_->copy(std::string(120 + random_() % 20, 'k')),
                      value(depth + 1));
        return mapping.build();
      }
    }
  }

 private:
  Arena* arena_;
  std::mt19937 random_;
};

}  // namespace grovec::test
