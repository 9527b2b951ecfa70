/// \file The desired world as text, for `--emit=desired`, `--print-after` and goldens. One line for each shape.
#pragma once

#include <string>

#include "ir/desired/nodes.h"

namespace grovec::ir {

/// Lines in a fixed order; parts that no pass has made yet are left out.
std::string print(const Desired& desired);

}  // namespace grovec::ir
