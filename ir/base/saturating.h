/// \file Sums and products of counts that stop at the largest number instead of starting again from 0.
#pragma once

#include <cstdint>

namespace grovec {

/// UINT64_MAX stands for itself and everything above.
constexpr std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out;
  return __builtin_add_overflow(a, b, &out) ? UINT64_MAX : out;
}

constexpr std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out;
  return __builtin_mul_overflow(a, b, &out) ? UINT64_MAX : out;
}

/// a - b; what is above all numbers stays there, and nothing falls below 0.
constexpr std::uint64_t saturating_difference(std::uint64_t a, std::uint64_t b) {
  return a == UINT64_MAX ? a : a > b ? a - b : 0;
}

}  // namespace grovec
