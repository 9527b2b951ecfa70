/// \file What one run of the compiler owns: texts, origins, memory, findings. It outlives everything made with it.
#pragma once

#include "ir/base/arena.h"
#include "ir/base/diagnostics.h"
#include "ir/base/origin.h"
#include "ir/base/sources.h"

namespace grovec {

/// Not thread-safe: one for each file or run; several may run side by side.
struct Context {
  Sources sources;
  Origins origins;
  Arena arena;
  Diagnostics diags;
};

}  // namespace grovec
