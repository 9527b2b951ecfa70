/// \file A reader of JSON that visits members and skips the rest; bounded in depth, without memory of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grovec::initc {

/// Every function returns whether the text was JSON so far. A visitor is called with the cursor before the value and
/// must read or skip it.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  /// Visits the members of an object: `visit(key)`.
  template <class Visit>
  bool members(Visit visit) {
    return group('{', '}', [&] {
      std::string key;
      return string(key) && take(':') && visit(std::string_view(key));
    });
  }
  /// Visits the items of a list.
  template <class Visit>
  bool items(Visit visit) {
    return group('[', ']', visit);
  }
  bool string(std::string& into);
  bool number(int& into);
  /// A string is read, anything else is skipped and leaves an empty text.
  bool string_or_skip(std::string& into);
  bool is_true(bool& into);
  /// Whether an object or a list comes next.
  bool opens() { return next_is('{') || next_is('['); }
  bool skip();
  /// Nothing but white space is left.
  bool ended();

 private:
  static constexpr int kMaxDepth = 200;

  void white();
  bool take(char c);
  bool next_is(char c);
  bool escape(std::string& into);
  bool hex(unsigned& into);
  bool word(std::string_view expected);

  template <class Visit>
  bool group(char open, char close, Visit visit) {
    if (!take(open) || ++depth_ > kMaxDepth) return false;
    if (!next_is(close)) {
      do {
        if (!visit()) return false;
      } while (take(','));
    }
    --depth_;
    return take(close);
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace grovec::initc
