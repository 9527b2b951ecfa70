#include "ir/value/json.h"

#include <charconv>
#include <string>
#include <vector>

#include "ir/base/utf8.h"
#include "ir/value/assembler.h"
#include "ir/value/resolve.h"

namespace grovec::ir {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent over one value. Findings are kept back until the text has turned out to be JSON.
class JsonReader {
 public:
  JsonReader(Context& context, SourceId source, std::uint32_t begin, std::uint32_t end, std::uint32_t deepest)
      : context_(context), source_(source), deepest_(deepest), tree_(context.arena) {
    const std::string_view text = context.sources.text(source);
    start_ = text.data();
    p_ = start_ + begin;
    end_ = start_ + end;
  }

  /// One value; `next` is where the text behind it and behind white space goes on.
  std::optional<Value> read(std::uint32_t& next) {
    skip_blanks();
    Value v;
    if (!value(v, 0)) return std::nullopt;
    skip_blanks();
    next = offset(p_);
    return v;
  }

  void report() {
    for (const Duplicate& d : duplicates_)
      context_.diags.report(d.later, diag::DuplicateKey, d.key).note(d.earlier, diag::FirstSetHere, d.key);
    for (const OriginId at : out_of_range_) context_.diags.report(at, diag::NumberOutOfRange, text_of(at));
  }

 private:
  struct Duplicate {
    OriginId earlier, later;
    std::string_view key;
  };

  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - start_); }
  OriginId origin(const char* begin) { return context_.origins.add(source_, offset(begin), offset(p_)); }
  std::string_view text_of(OriginId at) const {
    const Origin& o = context_.origins[at];
    return {start_ + o.begin, o.end - o.begin};
  }

  void skip_blanks() {
    while (p_ < end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
  }
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (static_cast<std::size_t>(end_ - p_) < word.size() || std::string_view(p_, word.size()) != word) return false;
    p_ += word.size();
    return true;
  }

  bool value(Value& out, std::uint32_t depth) {
    if (p_ == end_) return false;
    const char* begin = p_;
    switch (*p_) {
      case '{':
        return mapping(out, depth);
      case '[':
        return sequence(out, depth);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        out = Value::string(text, origin(begin), Style::kQuoted);
        return true;
      }
      case 't':
        if (!take_word("true")) return false;
        out = Value::boolean(true, origin(begin));
        return true;
      case 'f':
        if (!take_word("false")) return false;
        out = Value::boolean(false, origin(begin));
        return true;
      case 'n':
        if (!take_word("null")) return false;
        out = Value::null(origin(begin));
        return true;
      default:
        return number(out);
    }
  }

  bool mapping(Value& out, std::uint32_t depth) {
    if (depth >= deepest_) return false;
    const char* begin = p_++;
    const std::size_t from = tree_.open_mapping();
    skip_blanks();
    if (!take('}')) {
      do {
        skip_blanks();
        const char* key_begin = p_;
        std::string_view key;
        if (p_ == end_ || *p_ != '"' || !string(key)) return false;
        const OriginId key_at = origin(key_begin);
        skip_blanks();
        if (!take(':')) return false;
        skip_blanks();
        Value v;
        if (!value(v, depth + 1)) return false;
        tree_.add_member(key, key_at, v);
        skip_blanks();
      } while (take(','));
      if (!take('}')) return false;
    }
    out = tree_.close_mapping(from, origin(begin), [&](const Member& earlier, const Member& later) {
      duplicates_.push_back({earlier.key_at, later.key_at, later.key});
    });
    return true;
  }

  bool sequence(Value& out, std::uint32_t depth) {
    if (depth >= deepest_) return false;
    const char* begin = p_++;
    const std::size_t from = tree_.open_sequence();
    skip_blanks();
    if (!take(']')) {
      do {
        skip_blanks();
        Value v;
        if (!value(v, depth + 1)) return false;
        tree_.add_item(v);
        skip_blanks();
      } while (take(','));
      if (!take(']')) return false;
    }
    out = tree_.close_sequence(from, origin(begin));
    return true;
  }

  /// A view into the source, or a copy in the arena if there are escapes.
  bool string(std::string_view& out) {
    const char* begin = ++p_;
    while (p_ < end_ && *p_ != '"' && *p_ != '\\' && static_cast<unsigned char>(*p_) >= 0x20) ++p_;
    if (p_ == end_) return false;
    if (*p_ == '"') {
      out = {begin, static_cast<std::size_t>(p_ - begin)};
      ++p_;
      return true;
    }
    unescaped_.assign(begin, p_);
    while (p_ < end_ && *p_ != '"') {
      if (static_cast<unsigned char>(*p_) < 0x20) return false;
      if (*p_ != '\\')
        unescaped_ += *p_++;
      else if (!escape())
        return false;
    }
    if (!take('"')) return false;
    out = context_.arena.copy(unescaped_);
    return true;
  }

  bool escape() {
    if (end_ - p_ < 2) return false;
    const char c = p_[1];
    p_ += 2;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        unescaped_ += c;
        return true;
      case 'b':
        unescaped_ += '\b';
        return true;
      case 'f':
        unescaped_ += '\f';
        return true;
      case 'n':
        unescaped_ += '\n';
        return true;
      case 'r':
        unescaped_ += '\r';
        return true;
      case 't':
        unescaped_ += '\t';
        return true;
      case 'u':
        return unicode_escape();
      default:
        return false;
    }
  }

  bool unicode_escape() {
    std::uint32_t code = 0;
    if (!hex4(code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && end_ - p_ >= 6 && p_[0] == '\\' && p_[1] == 'u') {
      const char* second = p_;
      p_ += 2;
      std::uint32_t low = 0;
      if (!hex4(low)) return false;
      if (low >= 0xDC00 && low < 0xE000)
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      else
        p_ = second;
    }
    // Half a pair is no character; the reference reads it as U+FFFD.
    if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
    append_utf8(code, unescaped_);
    return true;
  }

  bool hex4(std::uint32_t& out) {
    if (end_ - p_ < 4) return false;
    auto [stop, error] = std::from_chars(p_, p_ + 4, out, 16);
    if (error != std::errc() || stop != p_ + 4) return false;
    p_ += 4;
    return true;
  }

  bool number(Value& out) {
    const char* begin = p_;
    take('-');
    if (p_ == end_ || !is_digit(*p_)) return false;
    if (*p_ == '0')
      ++p_;
    else
      skip_digits();
    bool whole = true;
    if (p_ < end_ && *p_ == '.') {
      whole = false;
      ++p_;
      if (!skip_digits()) return false;
    }
    if (p_ < end_ && (*p_ | 0x20) == 'e') {
      whole = false;
      ++p_;
      if (p_ < end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (!skip_digits()) return false;
    }
    const OriginId at = origin(begin);
    if (whole) {
      std::int64_t integer = 0;
      if (std::from_chars(begin, p_, integer).ec == std::errc()) {
        out = Value::integer(integer, at);
        return true;
      }
    }
    const auto real = parse_decimal({begin, static_cast<std::size_t>(p_ - begin)});
    if (!real) out_of_range_.push_back(at);
    out = Value::real(real.value_or(0), at);
    return true;
  }

  bool skip_digits() {
    const char* begin = p_;
    while (p_ < end_ && is_digit(*p_)) ++p_;
    return p_ != begin;
  }

  Context& context_;
  SourceId source_;
  std::uint32_t deepest_;
  Assembler tree_;
  const char* start_;
  const char* p_;
  const char* end_;
  std::string unescaped_;
  std::vector<Duplicate> duplicates_;
  std::vector<OriginId> out_of_range_;
};

bool is_utf8(std::string_view text) { return find_invalid_utf8(text) == text.size(); }

}  // namespace

std::optional<std::vector<Value>> read_json_stream(Context& context, SourceId source, std::uint32_t begin,
                                                   std::uint32_t end, std::uint32_t depth) {
  JsonReader reader(context, source, begin, end, depth);
  std::vector<Value> values;
  for (std::uint32_t next = begin; next < end || values.empty();) {
    const std::optional<Value> v = reader.read(next);
    if (!v) return std::nullopt;
    values.push_back(*v);
  }
  if (!is_utf8(context.sources.text(source).substr(begin, end - begin))) return std::nullopt;
  reader.report();
  return values;
}

std::optional<Value> read_json(Context& context, SourceId source, std::uint32_t begin, std::uint32_t end,
                               std::uint32_t depth) {
  JsonReader reader(context, source, begin, end, depth);
  std::uint32_t next = begin;
  const std::optional<Value> v = reader.read(next);
  if (!v || next != end || !is_utf8(context.sources.text(source).substr(begin, end - begin))) return std::nullopt;
  reader.report();
  return v;
}

}  // namespace grovec::ir
