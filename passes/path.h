/// \file Field paths that cost nothing until somebody asks for their text: links on the call stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grovec::passes {

/// One step of a field path as upstream prints it (`spec.template.cliques[0].name`). Lives on the stack of the walk.
struct Path {
  const Path* parent = nullptr;
  std::string_view key;       ///< a field, or
  std::ptrdiff_t index = -1;  ///< a list item
  bool is_map_key = false;    ///< printed as the key of a map: `[key]`

  static Path root(std::string_view key) { return {nullptr, key, -1, false}; }
  Path field(std::string_view name) const { return {this, name, -1, false}; }
  Path item(std::size_t i) const { return {this, {}, static_cast<std::ptrdiff_t>(i), false}; }
  Path map_key(std::string_view name) const { return {this, name, -1, true}; }

  std::string text() const {
    std::string out;
    append(out);
    return out;
  }

 private:
  void append(std::string& out) const {
    if (parent) parent->append(out);
    if (index >= 0) {
      out += '[' + std::to_string(index) + ']';
    } else if (is_map_key) {
      out += '[';
      out += key;
      out += ']';
    } else if (!key.empty()) {
      if (!out.empty()) out += '.';
      out += key;
    }
  }
};

/// Order of keys, as `a.compare(b)`: most differ in their first character, which spares the call of memcmp.
inline int compare_keys(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
  const int x = static_cast<unsigned char>(a[0]), y = static_cast<unsigned char>(b[0]);
  return x != y ? x - y : a.compare(b);
}
inline bool key_less(std::string_view a, std::string_view b) { return compare_keys(a, b) < 0; }
inline bool key_equal(std::string_view a, std::string_view b) { return compare_keys(a, b) == 0; }

/// `a[0].b` becomes `a.b`.
inline std::string without_indices(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '[')
      while (i < path.size() && path[i] != ']') ++i;
    else
      out += path[i];
  }
  return out;
}

}  // namespace grovec::passes
