#include "runtime/initc/scan.h"

#include <charconv>

namespace grovec::initc {
namespace {

void put_utf8(std::string& into, unsigned code) {
  if (code < 0x80) {
    into += static_cast<char>(code);
  } else if (code < 0x800) {
    into += static_cast<char>(0xc0 | code >> 6);
    into += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    into += static_cast<char>(0xe0 | code >> 12);
    into += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    into += static_cast<char>(0x80 | (code & 0x3f));
  }
}

}  // namespace

void Scan::white() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
}

bool Scan::next_is(char c) {
  white();
  return at_ < text_.size() && text_[at_] == c;
}

bool Scan::take(char c) {
  if (!next_is(c)) return false;
  ++at_;
  return true;
}

bool Scan::ended() {
  white();
  return at_ == text_.size();
}

bool Scan::word(std::string_view expected) {
  if (!text_.substr(at_).starts_with(expected)) return false;
  at_ += expected.size();
  return true;
}

bool Scan::string(std::string& into) {
  into.clear();
  if (!take('"')) return false;
  while (at_ < text_.size()) {
    size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos) return false;
    into += text_.substr(at_, end - at_);
    at_ = end + 1;
    if (text_[end] == '"') return true;
    if (!escape(into)) return false;
  }
  return false;
}

bool Scan::escape(std::string& into) {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  if (at_ == text_.size()) return false;
  char c = text_[at_++];
  size_t found = kFrom.find(c);
  unsigned code = 0;
  if (found != std::string_view::npos) {
    into += kTo[found];
  } else if (c == 'u' && hex(code)) {
    put_utf8(into, code);  // halves of a pair stay apart: no name that we compare has any
  } else {
    return false;
  }
  return true;
}

bool Scan::hex(unsigned& into) {
  std::string_view digits = text_.substr(at_, 4);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into, 16);
  at_ += digits.size();
  return error == std::errc() && digits.size() == 4 && end == digits.data() + 4;
}

bool Scan::number(int& into) {
  white();
  const char* begin = text_.data() + at_;
  auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), into);
  at_ += static_cast<size_t>(end - begin);
  return error == std::errc();
}

bool Scan::string_or_skip(std::string& into) {
  into.clear();
  return next_is('"') ? string(into) : skip();
}

bool Scan::is_true(bool& into) {
  into = next_is('t');
  return skip();
}

bool Scan::skip() {
  if (next_is('{')) return members([&](std::string_view) { return skip(); });
  if (next_is('[')) return items([&] { return skip(); });
  if (next_is('"')) {
    while (++at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') ++at_;
    }
    return at_++ < text_.size();
  }
  if (word("true") || word("false") || word("null")) return true;
  size_t end = text_.find_first_not_of("+-.0123456789eE", at_);
  bool any = end != at_ && at_ < text_.size();
  at_ = end == std::string_view::npos ? text_.size() : end;
  return any;
}

}  // namespace grovec::initc
