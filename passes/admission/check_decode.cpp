#include "passes/admission/check_decode.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "ir/base/edit_distance.h"
#include "ir/duration.h"
#include "ir/quantity.h"
#include "ir/value/writer.h"
#include "passes/go/go_time.h"
#include "passes/path.h"
#include "passes/wording.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;
using schemas::Field;
using schemas::Key;
using schemas::Type;
using schemas::TypeId;
using schemas::TypeKind;

namespace {

/// One struct on the way to the value being checked.
struct Enclosing {
  const Type* type;
  const Enclosing* up;
  std::string_view name;  ///< field that holds it
};

/// Names that belong together although no typing error leads from one to the other.
struct Twin {
  std::string_view written, meant;
};
constexpr Twin kTwins[] = {
    {"podCliques", "cliques"},
    {"podCliqueNames", "cliqueNames"},
    {"scalingGroups", "podCliqueScalingGroups"},
    {"startAfter", "startsAfter"},
    {"role", "roleName"},
    {"startupType", "cliqueStartupType"},
};

bool is_number(const Value& v) { return v.is_int() || v.kind() == ValueKind::kDouble; }

std::string scalar_text(const Value& v) {
  if (v.is_string()) return std::string(v.as_string());
  if (v.is_bool()) return v.as_bool() ? "true" : "false";
  if (v.is_int()) return std::to_string(v.as_int());
  if (v.kind() == ValueKind::kDouble) return number_text(v.as_double());
  return {};
}

class Checker {
 public:
  Checker(Context& context, ApiMode api, UnknownFields unknown, TypeId root)
      : context_(context), api_(api), unknown_(unknown), root_(root) {}

  Value object(const Value& v) { return structure(v, schemas::type(root_), nullptr, nullptr, {}); }
  std::vector<std::string> broken;

 private:
  /// Sets `drop` if the value must not be looked at any more.
  Value check(const Value& v, TypeId id, const Path& path, const Enclosing* level, bool& drop) {
    if (v.is_null()) return v;
    const Type& t = schemas::type(id);
    switch (t.kind) {
      case TypeKind::kStruct:
        if (v.is_mapping()) return structure(v, t, &path, level, path.key);
        break;
      case TypeKind::kList:
        if (v.is_sequence()) return list(v, t, path, level);
        break;
      case TypeKind::kMap:
        if (v.is_mapping()) return map(v, t, path, level);
        break;
      case TypeKind::kString:
        if (v.is_string()) return v;
        break;
      case TypeKind::kBool:
        if (v.is_bool()) return v;
        break;
      case TypeKind::kInt32:
      case TypeKind::kInt64:
        if (is_number(v)) return drop = !whole_number(v, t.kind == TypeKind::kInt64, path), v;
        break;
      case TypeKind::kIntOrString:
        if (v.is_string()) return v;
        if (is_number(v)) return drop = !whole_number(v, false, path), v;
        break;
      case TypeKind::kDouble:
        if (is_number(v)) return v;
        break;
      case TypeKind::kQuantity:
        if (v.is_string() || is_number(v)) return drop = !quantity(v, path), v;
        break;
      case TypeKind::kDuration:
        if (v.is_string()) return drop = !duration(v, path), v;
        break;
      case TypeKind::kTime:
        if (v.is_string()) return drop = !time(v, path), v;
        break;
      case TypeKind::kRaw:
        return v;
    }
    wrong_type(v, t.kind, path);
    drop = true;
    return v;
  }

  Value structure(const Value& v, const Type& t, const Path* path, const Enclosing* up, std::string_view name) {
    Enclosing level{&t, up, name};
    std::span<const Key> keys = schemas::keys_of(t);
    std::vector<Member> repaired;
    bool changed = false;
    auto k = keys.begin();
    std::span<const Member> members = v.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Member& m = members[i];
      k = std::lower_bound(k, keys.end(), m.key,
                           [](const Key& a, std::string_view b) { return key_less(a.json_name, b); });
      const Field* f = k != keys.end() && key_equal(k->json_name, m.key) ? &schemas::field(k->field) : nullptr;
      bool known = f && !f->is_pruned && (!f->is_extended || api_ == ApiMode::kExtended);
      Path here = path ? path->field(m.key) : Path::root(m.key);
      bool drop = false;
      Member out = m;
      if (known)
        out.value = check(m.value, f->type, here, &level, drop);
      else
        drop = !unknown(m, f, here, level, v, out);
      if (!changed && !drop && known && identical(out.value, m.value)) continue;
      if (!changed) repaired.assign(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(i));
      changed = true;
      if (!drop) repaired.push_back(out);
    }
    if (!changed) return v;
    std::sort(repaired.begin(), repaired.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
    return Value::mapping(context_.arena.copy(std::span<const Member>(repaired)), v.at());
  }

  Value list(const Value& v, const Type& t, const Path& path, const Enclosing* level) {
    std::span<Value> repaired;
    std::span<const Value> items = v.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      bool drop = false;
      Value item = check(items[i], t.element, path.item(i), level, drop);
      if (drop) item = blank(t.element, items[i].at());
      if (repaired.empty() && identical(item, items[i])) continue;
      if (repaired.empty()) {
        repaired = context_.arena.array<Value>(items.size());
        std::copy(items.begin(), items.end(), repaired.begin());
      }
      repaired[i] = item;
    }
    return repaired.empty() ? v : Value::sequence(repaired, v.at());
  }

  Value map(const Value& v, const Type& t, const Path& path, const Enclosing* level) {
    std::vector<Member> repaired;
    bool changed = false;
    std::span<const Member> members = v.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      bool drop = false;
      Member out = members[i];
      out.value = check(members[i].value, t.element, path.field(members[i].key), level, drop);
      if (!changed && !drop && identical(out.value, members[i].value)) continue;
      if (!changed) repaired.assign(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(i));
      changed = true;
      if (!drop) repaired.push_back(out);
    }
    return changed ? Value::mapping(context_.arena.copy(std::span<const Member>(repaired)), v.at()) : v;
  }

  // Items keep their indices: what was dropped becomes an empty value of the right type.
  static Value blank(TypeId id, OriginId at) {
    switch (schemas::type(id).kind) {
      case TypeKind::kStruct:
      case TypeKind::kMap:
        return Value::mapping({}, at);
      case TypeKind::kString:
        return Value::string("", at);
      default:
        return Value::null(at);
    }
  }

  bool whole_number(const Value& v, bool is_long, const Path& path) {
    if (v.kind() == ValueKind::kDouble && v.as_double() != std::floor(v.as_double())) {
      mark(path);
      context_.diags.report(v.at(), diag::NotWholeNumber, last(path), scalar_text(v)).path(go_path(path));
      return false;
    }
    // A double of -2^63 is written with digits of its own, and those are below the range.
    double d = v.as_double();
    bool fits = is_long
                    ? v.is_int() || (d > -9223372036854775808.0 && d < 9223372036854775808.0)
                    : d >= std::numeric_limits<std::int32_t>::min() && d <= std::numeric_limits<std::int32_t>::max();
    if (fits) return true;
    mark(path);
    context_.diags.report(v.at(), diag::IntegerOutOfRange, last(path), scalar_text(v), is_long ? 64 : 32)
        .path(go_path(path));
    return false;
  }

  bool quantity(const Value& v, const Path& path) {
    // Whole numbers below 10^15 and the like need no parser.
    if (v.is_int()) return true;
    std::string number = v.is_string() ? std::string() : number_text(v.as_double());
    std::string_view text = trimmed_quantity(v.is_string() ? v.as_string() : std::string_view(number));
    if (parse_quantity(text)) return true;
    mark(path);
    DiagnosticBuilder b = context_.diags.report(v.at(), diag::BadQuantity, scalar_text(v));
    b.path(path.text());
    std::string better = better_quantity(text);
    if (!better.empty()) b.fix(v.at(), better);
    return false;
  }

  // What people write for `16Gi`: 16GB, 16GiB, 16 Gi, 16gi, 1 core.
  static std::string better_quantity(std::string_view text) {
    std::string compact;
    for (char c : text)
      if (c != ' ' && c != '\t' && c != '\n') compact += c;
    if (compact.find_first_of("0123456789") == compact.npos) return {};
    for (std::string_view word : {"cores", "core", "cpus", "cpu", "B", "b"})
      if (compact.size() > word.size() && compact.ends_with(word)) {
        compact.resize(compact.size() - word.size());
        break;
      }
    if (compact != text && parse_quantity(compact)) return compact;
    if (compact.size() > 2 && compact.back() == 'i' && compact[compact.size() - 2] >= 'a')
      compact[compact.size() - 2] = static_cast<char>(compact[compact.size() - 2] - 'a' + 'A');
    else if (!compact.empty() && compact.back() >= 'a' && compact.back() <= 'z')
      compact.back() = static_cast<char>(compact.back() - 'a' + 'A');
    return compact != text && parse_quantity(compact) ? compact : std::string();
  }

  bool duration(const Value& v, const Path& path) {
    if (parse_duration(v.as_string())) return true;
    mark(path);
    DiagnosticBuilder b = context_.diags.report(v.at(), diag::BadDuration, v.as_string());
    b.path(path.text());
    std::string_view text = v.as_string();
    int n = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || n <= 0 || n > 100000) return false;
    if (unit == "d") b.fix(v.at(), std::to_string(n * 24) + "h");
    if (unit == "min") b.fix(v.at(), std::to_string(n) + "m");
    if (unit == "sec") b.fix(v.at(), std::to_string(n) + "s");
    return false;
  }

  bool time(const Value& v, const Path& path) {
    if (is_rfc3339(v.as_string())) return true;
    mark(path);
    context_.diags.report(v.at(), diag::BadTime, v.as_string()).path(path.text());
    return false;
  }

  bool is_in_grove_file(OriginId at) const {
    return context_.sources.name(context_.origins[at].source).ends_with(".grove");
  }

  /// `2/3` as `2 / 3`; empty if the text is no such thing.
  static std::string spaced_expression(std::string_view text) {
    const std::size_t op = text.find_first_of("+-*/%", 1);
    if (text.empty() || op == std::string_view::npos || op + 1 >= text.size() ||
        text.find_first_not_of("0123456789+-*/%") != std::string_view::npos)
      return {};
    return std::string(text.substr(0, op)) + " " + text[op] + " " + std::string(text.substr(op + 1));
  }

  void wrong_type(const Value& v, TypeKind wanted, const Path& path) {
    // Strict validation sees the fields of an object where none is expected before Go sees the type.
    bool fields = v.is_mapping()
                      ? v.size() > 0
                      : v.is_sequence() && v.size() > 0 && v.items()[0].size() > 0 && v.items()[0].is_mapping();
    mark(path);
    DiagnosticBuilder b = context_.diags.report(v.at(), diag::WrongType, last(path), wanted_text(wanted), json_kind(v));
    b.path(fields ? path.text() : go_path(path));
    if (v.at() == kNowhere) return;
    std::string_view text = v.as_string();
    if ((wanted == TypeKind::kInt32 || wanted == TypeKind::kInt64) && is_in_grove_file(v.at()))
      if (const std::string expression = spaced_expression(text); !expression.empty())
        b.note(v.at(), diag::DslExpressionIsWord, text, expression).fix(v.at(), "(" + expression + ")");
    if (wanted == TypeKind::kString && (v.is_bool() || is_number(v))) {
      b.fix(v.at(), '"' + written(v) + '"');
    } else if ((wanted == TypeKind::kInt32 || wanted == TypeKind::kInt64) && v.is_string() && !text.empty() &&
               text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos &&
               (text.size() == 1 || text[0] != '0')) {
      b.fix(v.at(), std::string(text));
    } else if (wanted == TypeKind::kBool && (text == "true" || text == "false")) {
      b.fix(v.at(), std::string(text));
    } else if (wanted == TypeKind::kList && v.is_string() && text.find_first_of("[]{},:#&*\"'\n") == text.npos) {
      b.fix(v.at(), "[" + std::string(text) + "]");
    }
  }

  /// The text as it stands in the source: `y` stays `y`, not `true`.
  std::string written(const Value& v) const {
    const Origin& o = context_.origins[v.at()];
    std::string_view text = context_.sources.text(o.source);
    if (o.begin > text.size() || o.end > text.size() || o.begin >= o.end) return scalar_text(v);
    std::string_view w = text.substr(o.begin, o.end - o.begin);
    return w.find_first_of("\"\\\n") == w.npos && w.size() < 80 ? std::string(w) : scalar_text(v);
  }

  /// Reports the field; true if `out` is what was meant and later stages can go on with it.
  bool unknown(const Member& m, const Field* pruned, const Path& path, const Enclosing& level, const Value& parent,
               Member& out) {
    if (unknown_ == UnknownFields::kPrune) return false;
    std::string hint;
    const std::string meant = meaning(m, pruned, level, parent, hint);
    OriginId at = m.key_at != kNowhere ? m.key_at : m.value.at();
    DiagnosticBuilder b = context_.diags.report(at, diag::UnknownField, m.key, hint);
    b.path(path.text());
    if (meant.empty()) {
      mark(path);
      // A PodTemplateSpec: what its pod spec lacks stands in there.
      if (level.type->go_name == "v1.PodSpec" && (m.key == "spec" || m.key == "template") && path.parent)
        broken.push_back(without_indices(path.parent->text()) + ".containers");
      return false;
    }
    b.fix(at, meant);
    const Field* f = schemas::find_field(*level.type, meant);
    std::string_view name = f->json_name;
    bool drop = false;
    // Its content is checked as that of the field that was meant.
    Path there = path;
    there.key = name;
    out = {name, m.key_at, check(m.value, f->type, there, &level, drop)};
    if (!drop) {
      for (const Member& other : parent.members())
        if (&other != &m && other.key != m.key && meant_already(other, m, meant, level)) return mark(path), false;
    }
    return !drop;
  }

  /// What the field is called today, if it may simply be renamed: the object has no such field yet, and the value is of
  /// its type. `hint` tells what is known or supposed.
  std::string meaning(const Member& m, const Field* pruned, const Enclosing& level, const Value& parent,
                      std::string& hint) const {
    if (pruned) {
      hint = pruned->is_extended ? "; upstream has no such field (`--api extended` allows it)"
                                 : "; Go has this field, but the CRD drops it";
      return {};
    }
    std::string meant;
    const schemas::FormerName* former = schemas::former_field(level.type->go_name, m.key);
    if (former) {
      hint = schemas::story_text(*former);
      meant = usable(former->meant, level) ? former->meant : std::string_view();
    } else {
      meant = meant_field(m.key, level);
      if (!meant.empty())
        hint = "; did you mean `" + meant + (parent.find(meant) ? "`, which is set as well?" : "`?");
      else
        hint = place_of(m.key, level);
    }
    if (meant.empty() || parent.find(meant)) return {};
    return fits(m.value, schemas::find_field(*level.type, meant)->type) ? meant : std::string();
  }

  /// Whether a value has the shape of a type, as far as a look at it and its first item tells.
  static bool fits(const Value& v, TypeId id) {
    if (v.is_null()) return true;
    const Type& t = schemas::type(id);
    switch (t.kind) {
      case TypeKind::kStruct:
      case TypeKind::kMap:
        return v.is_mapping();
      case TypeKind::kList:
        return v.is_sequence() && (v.size() == 0 || fits(v.items()[0], t.element));
      case TypeKind::kString:
      case TypeKind::kDuration:
      case TypeKind::kTime:
        return v.is_string();
      case TypeKind::kBool:
        return v.is_bool();
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kDouble:
        return is_number(v);
      case TypeKind::kQuantity:
      case TypeKind::kIntOrString:
        return v.is_string() || is_number(v);
      case TypeKind::kRaw:
        return true;
    }
    return true;
  }

  /// Whether an earlier unknown field of the same object already stands for `meant`.
  bool meant_already(const Member& other, const Member& m, const std::string& meant, const Enclosing& level) const {
    return other.key < m.key && !schemas::find_field(*level.type, other.key) && today(other.key, level) == meant;
  }

  std::string today(std::string_view written, const Enclosing& level) const {
    const schemas::FormerName* former = schemas::former_field(level.type->go_name, written);
    return former ? std::string(former->meant) : meant_field(written, level);
  }

  bool usable(std::string_view name, const Enclosing& level) const {
    const Field* f = schemas::find_field(*level.type, name);
    return f && !f->is_pruned && (!f->is_extended || api_ == ApiMode::kExtended);
  }

  std::string meant_field(std::string_view written, const Enclosing& level) const {
    for (const Twin& twin : kTwins)
      if (twin.written == written && usable(twin.meant, level)) return std::string(twin.meant);
    std::vector<std::string_view> names;
    for (const Key& key : schemas::keys_of(*level.type))
      if (usable(key.json_name, level)) names.push_back(key.json_name);
    return std::string(nearest_name(written, names));
  }

  /// A field of this very name one level down or further up.
  std::string place_of(std::string_view written, const Enclosing& level) const {
    for (const Key& key : schemas::keys_of(*level.type)) {
      const Field& f = schemas::field(key.field);
      const Type& t = schemas::type(f.type);
      if (t.kind == TypeKind::kStruct && !f.is_pruned && schemas::find_field(t, written))
        return "; it belongs in `" + std::string(key.json_name) + "`";
    }
    std::string_view inside = level.name;
    for (const Enclosing* up = level.up; up; inside = up->name, up = up->up)
      if (schemas::find_field(*up->type, written))
        return inside == written ? std::string()
                                 : "; it belongs " + (inside.empty() ? std::string("further up")
                                                                     : "beside `" + std::string(inside) + "`");
    return {};
  }

  /// The path as Go's decoder tells it: no indices, names of embedded structs included.
  std::string go_path(const Path& path) const { return with_embedded(without_indices(path.text())); }

  std::string with_embedded(const std::string& dotted) const {
    TypeId id = root_;
    std::string out;
    std::size_t from = 0;
    while (from <= dotted.size()) {
      std::size_t dot = std::min(dotted.find('.', from), dotted.size());
      std::string_view key = std::string_view(dotted).substr(from, dot - from);
      while (schemas::type(id).kind == TypeKind::kList) id = schemas::type(id).element;
      const Type& t = schemas::type(id);
      if (t.kind == TypeKind::kMap) return out;  // Go tells no keys of maps
      if (t.kind != TypeKind::kStruct) break;
      embedded_names(t, key, out);
      if (!out.empty() && out.back() != '.') out += '.';
      out += key;
      const Field* f = schemas::find_field(t, key);
      if (!f) break;
      id = f->type;
      from = dot + 1;
    }
    return out;
  }

  static void embedded_names(const Type& t, std::string_view key, std::string& out) {
    for (const Field& f : schemas::fields_of(t)) {
      if (f.json_name == key) return;
      if (!f.is_inlined || !schemas::find_field(schemas::type(f.type), key)) continue;
      if (!out.empty()) out += '.';
      out += f.go_name;
      return embedded_names(schemas::type(f.type), key, out);
    }
  }

  static std::string last(const Path& path) {
    for (const Path* p = &path; p; p = p->parent)
      if (p->index < 0) return std::string(p->key);
    return {};
  }

  void mark(const Path& path) { broken.push_back(without_indices(path.text())); }

  static bool identical(const Value& a, const Value& b) {
    if (a.kind() != b.kind() || a.size() != b.size()) return false;
    if (a.is_mapping()) return a.members().data() == b.members().data();
    if (a.is_sequence()) return a.items().data() == b.items().data();
    return true;
  }

  Context& context_;
  ApiMode api_;
  UnknownFields unknown_;
  TypeId root_;
};

}  // namespace

Decoded check_decode(Context& context, const Value& manifest, schemas::Root root, ApiMode api, UnknownFields unknown) {
  Checker checker(context, api, unknown, schemas::root(root));
  Decoded out;
  out.value = checker.object(manifest);
  out.broken = std::move(checker.broken);
  return out;
}

Decoded check_decode_without_status(Context& context, const Value& manifest, schemas::Root root) {
  std::vector<Diagnostic>& all = context.diags.all();
  const auto first = static_cast<std::ptrdiff_t>(all.size());
  Decoded out = check_decode(context, manifest, root);
  auto in_status = [](std::string_view path) { return path == "status" || path.starts_with("status."); };
  auto is_dropped = [&](const Diagnostic& d) { return d.info != &diag::UnknownField && in_status(d.path); };
  all.erase(std::remove_if(all.begin() + first, all.end(), is_dropped), all.end());
  out.broken.erase(std::remove_if(out.broken.begin(), out.broken.end(), in_status), out.broken.end());
  return out;
}

}  // namespace grovec::passes
