/// \file From the text of a YAML scalar to a value, and from a value to a key: typing as go-yaml and sigs.k8s.io/yaml
/// do it (reference: libraries 3.3).
#pragma once

#include <string>
#include <string_view>

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::frontend {

/// A scalar as the parser hands it over. `text` outlives the tree.
struct ScalarText {
  std::string_view text;
  std::string_view tag;  ///< resolved, "tag:yaml.org,2002:int"; empty if there is none
  ir::Style style = ir::Style::kPlain;
  OriginId at = kNowhere;
  bool is_key = false;  ///< `.inf` and `.nan` are fine as keys
};

/// Reports what has no value (`.inf`, a text that is not of its tag's type) and returns null then.
ir::Value make_scalar(Context& context, const ScalarText& scalar);

/// Text of a scalar used as key: booleans and numbers become text as the reference prints them. Reports null and
/// collections, and warns of `y`, `no`, `on` and their like; false if there is no text.
bool make_key(Context& context, const ir::Value& value, std::string_view written, std::string_view& key);

/// Go's strconv.FormatFloat(value, 'g', -1, 32).
std::string float_key_text(double value);

}  // namespace grovec::frontend
