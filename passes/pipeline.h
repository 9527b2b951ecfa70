/// \file The ordered list of passes behind admission: what runs, in this order, and what each needs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "passes/module.h"

namespace grovec::passes {

/// What holds after a pass.
enum Fact : std::uint32_t {
  kSpecValid = 1u << 0,  ///< admitted, and a correct output exists
  kRefsResolved = 1u << 1,
  kCliquesShaped = 1u << 2,
  kStartupOrdered = 1u << 3,
  kGangsFormed = 1u << 4,
  kTopologyPlaced = 1u << 5,
  kEnvInjected = 1u << 6,
  kDomainsJoined = 1u << 7,
  kClaimsShared = 1u << 8,
  kHashed = 1u << 9,
};

struct PassInfo {
  std::string_view name;
  void (*run)(Module&);
  std::uint32_t requires_;
  std::uint32_t establishes;
};

/// The passes of `expand`, in order.
std::span<const PassInfo> expansion_passes();

/// Runs them all. `after` (may be null) is called after each with the pass just run.
void expand(Module& module, void (*after)(void*, const PassInfo&, const Module&) = nullptr, void* context = nullptr);

}  // namespace grovec::passes
