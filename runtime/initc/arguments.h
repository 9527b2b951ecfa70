/// \file What the init container is told to wait for: `--podcliques=NAME:COUNT`, as the operator writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::initc {

/// So many pods of this PodClique must be Ready.
struct Wanted {
  std::string clique;
  int count = 0;
};

struct Arguments {
  std::vector<Wanted> wanted;
  bool version = false;  ///< print it and leave
  bool help = false;
};

/// Takes `--podcliques=NAME:COUNT`, the same as two words, `--version` and `--help`. Of a name given twice the last
/// count holds.
Result<Arguments> read_arguments(const std::vector<std::string_view>& words);

}  // namespace grovec::initc
