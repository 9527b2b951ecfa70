#include "frontend/yaml/fast.h"

#include "frontend/yaml/fast_scanner.h"
#include "ir/value/assembler.h"
#include "ir/value/resolve.h"

namespace grovec::frontend {

using ir::Style;
using ir::Value;

namespace {

/// The parser keeps a key as possible for 1,024 characters; longer ones are its business.
constexpr std::ptrdiff_t kLongestKey = 1000;

struct Node {
  Value value;
  const char* end = nullptr;  ///< behind its last byte
};

/// Descent by columns. A function starts at the first character of its node; block nodes end at the first token of a
/// later line.
class FastReader : FastScanner {
 public:
  explicit FastReader(const DocumentText& document)
      : FastScanner(document, document.text()), tree_(document.context.arena) {}

  bool read(Value& root) {
    if (!start_line()) return false;
    Node node;
    if (at_end() || !block(-1, node) || !at_end()) return false;
    root = node.value;
    return true;
  }

 private:
  bool at_dash() const { return peek() == '-' && is_blank_or_break(peek_next()); }
  bool at_line_end() const { return peek() == '\n' || peek() == '#'; }
  bool descend() { return ++depth_ <= document_.limits.depth; }

  /// Any node in block context, inside of a collection at column `parent`.
  bool block(std::int64_t parent, Node& out) {
    if (at_dash()) return sequence(column(), false, out);
    switch (peek()) {
      case '[':
      case '{':
        return flow(out) && end_line() && is_closed(parent);
      case '|':
        return literal_node(parent, out);
      case '"':
      case '\'': {
        FastScalar s;
        const std::int64_t at = column();
        if (!quoted(s)) return false;
        const char* behind = p_;
        skip_spaces();
        if (peek() == ':' && is_blank_or_break(peek_next())) return mapping(at, s, out);
        p_ = behind;
        out = {Value::string(s.text, origin(s.begin, s.end), s.style), s.end};
        return end_line() && is_closed(parent);
      }
      default: {
        FastScalar s;
        bool is_key = false;
        const std::int64_t at = column();
        if (!plain(s, is_key)) return false;
        if (is_key) return mapping(at, s, out);
        return plain_value(s, out) && end_line() && is_closed(parent);
      }
    }
  }

  /// A line that is indented further than the collection would continue the scalar, or be an error.
  bool is_closed(std::int64_t parent) const { return at_end() || column() <= parent; }

  bool literal_node(std::int64_t parent, Node& out) {
    FastScalar s;
    if (!literal(parent, s)) return false;
    out = {Value::string(s.text, origin(s.begin, s.end), s.style), s.end};
    return is_closed(parent);
  }

  bool plain_value(const FastScalar& s, Node& out) {
    const OriginId at = origin(s.begin, s.end);
    const ir::Scalar scalar = ir::resolve_scalar(s.text);
    out.end = s.end;
    switch (scalar.type) {
      case ir::ScalarType::kNull:
        out.value = Value::null(at);
        return true;
      case ir::ScalarType::kBool:
        out.value = Value::boolean(scalar.boolean, at);
        return true;
      case ir::ScalarType::kInt:
        out.value = Value::integer(scalar.integer, at);
        return true;
      case ir::ScalarType::kFloat:
        out.value = Value::real(scalar.real, at);
        return true;
      case ir::ScalarType::kNotFinite:
        return false;
      case ir::ScalarType::kString:
      case ir::ScalarType::kTimestamp:
        break;
    }
    out.value = Value::string(s.text, at, s.style);
    return true;
  }

  /// Keys are text as written, or it is not our business.
  bool key(const FastScalar& s) const {
    if (s.end - s.begin > kLongestKey) return false;
    if (s.style == Style::kQuoted) return true;
    const ir::ScalarType type = ir::resolve_scalar(s.text).type;
    return (type == ir::ScalarType::kString || type == ir::ScalarType::kTimestamp) && s.text != "<<";
  }

  /// At the colon behind the first key.
  bool mapping(std::int64_t at, FastScalar first, Node& out) {
    if (!descend()) return false;
    const std::size_t start = tree_.open_mapping();
    const char* begin = first.begin;
    const char* end = begin;
    while (true) {
      if (!key(first)) return false;
      const OriginId key_at = origin(first.begin, first.end);
      ++p_;
      Node value;
      if (!mapping_value(at, value)) return false;
      tree_.add_member(first.text, key_at, value.value);
      end = value.end;
      if (at_end() || column() < at) break;
      if (column() > at || !next_key(first)) return false;
    }
    bool unique = true;
    out = {tree_.close_mapping(start, origin(begin, end), [&](const auto&, const auto&) { unique = false; }), end};
    --depth_;
    return unique;
  }

  bool next_key(FastScalar& s) {
    bool is_key = false;
    if (peek() != '"' && peek() != '\'') return plain(s, is_key) && is_key;
    if (!quoted(s)) return false;
    skip_spaces();
    return peek() == ':' && is_blank_or_break(peek_next());
  }

  /// Behind the colon of a key at column `at`.
  bool mapping_value(std::int64_t at, Node& out) {
    const char* colon_end = p_;
    skip_spaces();
    if (at_line_end()) {
      if (!end_line_behind(colon_end)) return false;
      if (!at_end() && column() > at) return block(at, out);
      if (!at_end() && column() == at && at_dash()) return sequence(at, true, out);
      out = {Value::null(origin(colon_end, colon_end)), colon_end};
      return true;
    }
    switch (peek()) {
      case '[':
      case '{':
        return flow(out) && end_line() && is_closed(at);
      case '|':
        return literal_node(at, out);
      case '"':
      case '\'': {
        FastScalar s;
        if (!quoted(s)) return false;
        out = {Value::string(s.text, origin(s.begin, s.end), s.style), s.end};
        return end_line() && is_closed(at);
      }
      default: {
        FastScalar s;
        bool is_key = false;
        return plain(s, is_key) && !is_key && plain_value(s, out) && end_line() && is_closed(at);
      }
    }
  }

  /// Behind a marker that ends at `marker_end`: the rest of the line holds no token.
  bool end_line_behind(const char* marker_end) {
    p_ = marker_end;
    return end_line();
  }

  /// At the dash of the first item. `indentless`: at the column of the mapping around it.
  bool sequence(std::int64_t at, bool indentless, Node& out) {
    if (!descend()) return false;
    const std::size_t start = tree_.open_sequence();
    const char* begin = p_;
    const char* end = begin;
    while (true) {
      const char* dash_end = ++p_;
      Node item;
      skip_spaces();
      if (at_line_end()) {
        if (!end_line_behind(dash_end)) return false;
        if (!at_end() && column() > at) {
          if (!block(at, item)) return false;
        } else {
          item = {Value::null(origin(dash_end, dash_end)), dash_end};
        }
      } else if (!block(at, item)) {
        return false;
      }
      tree_.add_item(item.value);
      end = item.end;
      if (at_end() || column() < at) break;
      if (column() > at) return false;
      if (at_dash()) continue;
      if (!indentless) return false;
      break;
    }
    out = {tree_.close_sequence(start, origin(begin, end)), end};
    --depth_;
    return true;
  }

  bool flow(Node& out) {
    if (!descend()) return false;
    const bool good = *p_ == '[' ? flow_sequence(out) : flow_mapping(out);
    --depth_;
    return good;
  }

  bool flow_sequence(Node& out) {
    const char* begin = p_++;
    const std::size_t start = tree_.open_sequence();
    if (!skip_flow_gap()) return false;
    while (*p_ != ']') {
      Node item;
      if (!flow_value(item)) return false;
      tree_.add_item(item.value);
      if (!next_in_flow(']')) return false;
    }
    ++p_;
    out = {tree_.close_sequence(start, origin(begin, p_)), p_};
    return true;
  }

  bool flow_mapping(Node& out) {
    const char* begin = p_++;
    const std::size_t start = tree_.open_mapping();
    if (!skip_flow_gap()) return false;
    while (*p_ != '}') {
      FastScalar k;
      if (*p_ == '"' || *p_ == '\'' ? !quoted(k) : !flow_plain(k)) return false;
      skip_spaces();
      // Behind a quoted key the blank is optional; a plain one would not have ended without it.
      if (peek() != ':' || !key(k)) return false;
      ++p_;
      const OriginId key_at = origin(k.begin, k.end);
      Node value;
      if (!skip_flow_gap() || !flow_value(value)) return false;
      tree_.add_member(k.text, key_at, value.value);
      if (!next_in_flow('}')) return false;
    }
    ++p_;
    bool unique = true;
    out = {tree_.close_mapping(start, origin(begin, p_), [&](const auto&, const auto&) { unique = false; }), p_};
    return unique;
  }

  /// Behind an entry: to the next one, or to the closing bracket.
  bool next_in_flow(char closing) {
    if (!skip_flow_gap()) return false;
    if (*p_ == closing) return true;
    if (*p_ != ',') return false;
    ++p_;
    return skip_flow_gap();
  }

  bool flow_value(Node& out) {
    if (*p_ == '[' || *p_ == '{') return flow(out);
    FastScalar s;
    if (*p_ == '"' || *p_ == '\'') {
      if (!quoted(s)) return false;
      out = {Value::string(s.text, origin(s.begin, s.end), s.style), s.end};
      return true;
    }
    return flow_plain(s) && peek() != ':' && plain_value(s, out);
  }

  ir::Assembler tree_;
  std::uint32_t depth_ = 0;
};

}  // namespace

bool read_common_yaml(const DocumentText& document, Value& root) { return FastReader(document).read(root); }

}  // namespace grovec::frontend
