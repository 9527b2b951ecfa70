/// \file Checks for bugs of ours. Mistakes of the user are diagnostics, never checks.
#pragma once

namespace grovec {
/// Prints the condition with its place and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace grovec

#define GROVEC_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::grovec::check_failed(#condition, __FILE__, __LINE__))
