/// \file A world as text, for `--emit=desired`, `--print-after` and goldens. One line for each shape.
#pragma once

#include <string>

#include "ir/desired/world.h"

namespace grovec::ir {

/// Lines in a fixed order; parts that no pass has made yet are left out.
std::string print(const World& world);

}  // namespace grovec::ir
