/// \file simdjson on-demand with the habits of our readers: what is missing or of a wrong type reads as absent.
/// Included by the readers of this folder only: the header is large.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace grovec::live::json {

using simdjson::ondemand::array;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

/// Text of a string, else empty. Valid until the parser reads the next document.
inline std::string_view text_of(value v) {
  std::string_view text;
  return v.get_string().get(text) ? std::string_view() : text;
}

inline bool is_true(value v) {
  bool b = false;
  return !v.get_bool().get(b) && b;
}

inline std::int64_t int_of(value v) {
  std::int64_t n = 0;
  return v.get_int64().get(n) ? 0 : n;
}

/// Calls `f(key, value)` for the members of an object, in their order. False if the text is broken; nothing that is no
/// object has members.
template <class F>
bool each_member(value v, F f) {
  object o;
  if (const auto error = v.get_object().get(o)) return error == simdjson::INCORRECT_TYPE;
  for (auto field : o) {
    std::string_view key;
    value member;
    if (field.unescaped_key().get(key) || field.value().get(member)) return false;
    if (!f(key, member)) return false;
  }
  return true;
}

/// Calls `f(item)` for the items of a list.
template <class F>
bool each_item(value v, F f) {
  array a;
  if (const auto error = v.get_array().get(a)) return error == simdjson::INCORRECT_TYPE;
  for (auto item : a) {
    value one;
    if (item.get(one)) return false;
    if (!f(one)) return false;
  }
  return true;
}

}  // namespace grovec::live::json
