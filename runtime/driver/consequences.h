/// \file One mistake, one message: what a frontend could not write is not reported as missing once more.
#pragma once

#include <cstddef>

#include "frontend/reader.h"
#include "ir/base/context.h"

namespace grovec::driver {

/// Takes back the findings reported since `from` that probably follow from what is not at the document's incomplete
/// places, and those about a mixin or a YAML anchor that were reported for an earlier use of it. Findings about other
/// places stay, as does what is wrong with the form of something that was written (stage decode).
void drop_consequences(Context& context, std::size_t from, const frontend::Document& document);

}  // namespace grovec::driver
