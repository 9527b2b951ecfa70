/// \file Words that messages have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::passes {

/// "a string", "a whole number", "an object" …: what a type wants.
std::string_view wanted_text(schemas::TypeKind kind);
/// "a string", "a number", "null" …: what JSON calls a value.
std::string_view json_kind(const ir::Value& value);

/// `; did you mean `x`?` or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace grovec::passes
