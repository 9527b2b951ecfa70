/// \file The YAML half of writer.h.
#pragma once

#include "ir/value/writer.h"

namespace grovec::ir {

void write_yaml(const Value& value, TextSink& sink);

}  // namespace grovec::ir
