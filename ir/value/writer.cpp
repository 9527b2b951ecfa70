#include "ir/value/writer.h"

#include <charconv>
#include <cmath>
#include <vector>

#include "ir/base/check.h"
#include "ir/names.h"
#include "ir/value/yaml_writer.h"

namespace grovec::ir {

namespace {

class JsonWriter {
 public:
  JsonWriter(TextSink& sink, bool pretty) : sink_(sink), pretty_(pretty) {}

  void value(const Value& v, int depth) {
    switch (v.kind()) {
      case ValueKind::kMapping:
        return mapping(v, depth);
      case ValueKind::kSequence:
        return sequence(v, depth);
      case ValueKind::kPattern:
        return pattern(v.pieces());
      case ValueKind::kCount:
        return sink_.count(v.as_count());
      case ValueKind::kNull:
        return sink_.text("null");
      case ValueKind::kBool:
        return sink_.text(v.as_bool() ? "true" : "false");
      case ValueKind::kInt: {
        char digits[24];
        auto end = std::to_chars(digits, digits + sizeof digits, v.as_int()).ptr;
        return sink_.text({digits, static_cast<std::size_t>(end - digits)});
      }
      case ValueKind::kDouble:
        return sink_.text(number_text(v.as_double()));
      case ValueKind::kString:
        return string(v.as_string());
      case ValueKind::kRepeat:
        GROVEC_CHECK(!"a Repeat stands in a sequence");
    }
  }

 private:
  std::string line(int depth) { return pretty_ ? "\n" + std::string(static_cast<std::size_t>(depth) * 4, ' ') : ""; }

  void mapping(const Value& v, int depth) {
    if (v.size() == 0) return sink_.text("{}");
    std::string between = "," + line(depth + 1);
    sink_.text("{" + line(depth + 1));
    bool first = true;
    for (const Member& m : v.members()) {
      if (!first) sink_.text(between);
      first = false;
      string(m.key);
      sink_.text(pretty_ ? ": " : ":");
      value(m.value, depth + 1);
    }
    sink_.text(line(depth) + "}");
  }

  void sequence(const Value& v, int depth) {
    if (v.size() == 0) return sink_.text("[]");
    const std::string open = "[" + line(depth + 1);
    const std::string between = "," + line(depth + 1);
    const std::string close = line(depth) + "]";
    if (v.size() == 1 && v.items()[0].kind() == ValueKind::kRepeat)
      return repeat(v.items()[0].as_repeat(), {open, "[]", between, close}, depth);
    sink_.text(open);
    bool first = true;
    for (const Value& item : v.items()) {
      if (!first) sink_.text(between);
      first = false;
      if (item.kind() == ValueKind::kRepeat)
        repeat(item.as_repeat(), {"", "", between, ""}, depth);
      else
        value(item, depth + 1);
    }
    sink_.text(close);
  }

  void repeat(const Repeat& r, const TextSink::RepeatText& around, int depth) {
    sink_.repeat(r, around, [&] {
      bool first = true;
      for (const Value& item : r.body) {
        if (!first) sink_.text(around.between);
        first = false;
        value(item, depth + 1);
      }
    });
  }

  void string(std::string_view text) {
    scratch_.clear();
    append_json_string(text, scratch_);
    sink_.text(scratch_);
  }

  void pattern(std::span<const Piece> pieces) {
    sink_.text("\"");
    for (const Piece& p : pieces) {
      if (p.is_hole) {
        sink_.hole(p.hole);
        continue;
      }
      scratch_.clear();
      append_json_string(p.text, scratch_);
      sink_.text(std::string_view(scratch_).substr(1, scratch_.size() - 2));
    }
    sink_.text("\"");
  }

  TextSink& sink_;
  bool pretty_;
  std::string scratch_;
};

void append_number(std::uint32_t n, std::string& out) {
  char digits[12];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}

void append_hole(Hole hole, const Instance& instance, std::string& out) {
  if (hole != Hole::kPodSuffix) return append_number(index_of(hole, instance), out);
  out += text_of(instance.pod_suffix);
}

/// Calls `f(instance)` for each iteration, in the order that value.h states.
template <class F>
void for_each_iteration(const Repeat& repeat, const Instance& outer, const Counter& counter, F&& f) {
  Instance instance = outer;
  if (repeat.variable == Hole::kPodIndex) {
    counter.pods(repeat.count, outer).for_each(PodOrder::kByName, [&](std::uint32_t k, const PodSuffix& suffix) {
      instance.pod_index = k;
      instance.pod_suffix = suffix;
      f(instance);
    });
  } else {
    GROVEC_CHECK(repeat.variable == Hole::kGroupReplica);
    const std::uint32_t n = counter.count(repeat.count, outer);
    for (std::uint32_t j = 0; j < n; ++j) {
      instance.group_replica = j;
      f(instance);
    }
  }
}

}  // namespace

void write(const Value& value, Format format, TextSink& sink, int indent) {
  if (format == Format::kYaml) return write_yaml(value, sink);
  JsonWriter(sink, format == Format::kJsonPretty).value(value, indent);
}

void PlainSink::hole(Hole hole) { append_hole(hole, instance_, *out_); }

void PlainSink::count(const CountHole& hole) {
  GROVEC_CHECK(counter_);
  append_number(counter_->count(hole, instance_), *out_);
}

void PlainSink::repeat(const Repeat& repeat, const RepeatText& around, const std::function<void()>& body) {
  GROVEC_CHECK(counter_);
  const Instance outer = instance_;
  bool any = false;
  for_each_iteration(repeat, outer, *counter_, [&](const Instance& instance) {
    text(any ? around.between : around.before);
    any = true;
    instance_ = instance;
    body();
  });
  instance_ = outer;
  text(any ? around.after : around.empty);
}

std::string to_text(const Value& value, Format format) {
  std::string out;
  PlainSink sink(out);
  write(value, format, sink);
  return out;
}

Value instantiate(const Value& description, const Instance& instance, const Counter& counter, Arena& arena) {
  switch (description.kind()) {
    case ValueKind::kPattern: {
      std::string text;
      for (const Piece& p : description.pieces()) {
        if (p.is_hole)
          append_hole(p.hole, instance, text);
        else
          text += p.text;
      }
      return Value::string(arena.copy(text), description.at());
    }
    case ValueKind::kCount:
      return Value::integer(counter.count(description.as_count(), instance), description.at());
    case ValueKind::kMapping: {
      std::span<Member> members = arena.array<Member>(description.size());
      std::size_t k = 0;
      for (const Member& m : description.members())
        members[k++] = {m.key, m.key_at, instantiate(m.value, instance, counter, arena)};
      return Value::mapping(members, description.at());
    }
    case ValueKind::kSequence: {
      std::vector<Value> items;
      for (const Value& item : description.items()) {
        if (item.kind() != ValueKind::kRepeat) {
          items.push_back(instantiate(item, instance, counter, arena));
          continue;
        }
        for_each_iteration(item.as_repeat(), instance, counter, [&](const Instance& inner) {
          for (const Value& v : item.as_repeat().body) items.push_back(instantiate(v, inner, counter, arena));
        });
      }
      return make_sequence(arena, items, description.at());
    }
    case ValueKind::kRepeat:
      GROVEC_CHECK(!"a Repeat stands in a sequence");
    default:
      return description;
  }
}

void append_json_string(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+2028 and U+2029 end a line in JavaScript; the reference escapes them always.
    const bool separator =
        c == 0xE2 && i + 2 < text.size() && text[i + 1] == '\x80' && (text[i + 2] == '\xA8' || text[i + 2] == '\xA9');
    if (c >= 0x20 && c != '"' && c != '\\' && !separator) continue;
    out.append(text.substr(copied, i - copied));
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case 0xE2:
        out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
        i += 2;
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
    copied = i + 1;
  }
  out.append(text.substr(copied));
  out += '"';
}

std::string number_text(double value) {
  char digits[400];
  const double magnitude = std::fabs(value);
  const bool exponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21);
  // Above 2^53 the fixed form would show all digits of the double; the reference shows the shortest ones and zeros.
  const bool scientific = exponent || magnitude >= 9007199254740992.0;
  auto end = std::to_chars(digits, digits + sizeof digits, value,
                           scientific ? std::chars_format::scientific : std::chars_format::fixed)
                 .ptr;
  std::string text(digits, end);
  const std::size_t e = text.find('e');
  if (scientific && !exponent) {
    const std::size_t power = static_cast<std::size_t>(std::stoi(text.substr(e + 2)));
    text.resize(e);
    if (text.find('.') != std::string::npos) text.erase(text.find('.'), 1);
    text.resize(power + (value < 0 ? 2 : 1), '0');
  } else if (exponent && text.substr(e, 3) == "e-0") {
    text.erase(e + 2, 1);  // e-09 becomes e-9, as the reference cleans it up; e+21 always has two digits
  }
  return text;
}

}  // namespace grovec::ir
