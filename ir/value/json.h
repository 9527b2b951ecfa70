/// \file Strict JSON into a value tree.
#pragma once

#include <optional>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::ir {

/// Reads `text[begin, end)` of a source as one JSON value (RFC 8259: UTF-8, no comments, no trailing text but white
/// space). Every node gets its span. Strings without escapes are views into the source. Collections nest at most
/// `depth` deep.
/// Returns nothing, and reports nothing, if it is not JSON: the caller then tries YAML. Duplicate keys are reported
/// (GV1010) and the later value kept; a number beyond double is reported too (GV1028) and read as 0. Half a surrogate
/// pair is read as U+FFFD, as the reference does.
std::optional<Value> read_json(Context& context, SourceId source, std::uint32_t begin, std::uint32_t end,
                               std::uint32_t depth = 512);

/// The same for values that follow each other, with or without white space between them (ndjson).
std::optional<std::vector<Value>> read_json_stream(Context& context, SourceId source, std::uint32_t begin,
                                                   std::uint32_t end, std::uint32_t depth = 512);

}  // namespace grovec::ir
