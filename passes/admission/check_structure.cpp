#include "passes/admission/check_structure.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "passes/path.h"
#include "passes/rules/text_rules.h"
#include "passes/wording.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;
using schemas::Constraint;
using schemas::Field;
using schemas::Key;
using schemas::Type;
using schemas::TypeId;
using schemas::TypeKind;

namespace {

std::string quoted_list(std::span<const std::string_view> names) {
  std::string out;
  for (std::string_view n : names) {
    if (!out.empty()) out += ", ";
    out += '`';
    out += n;
    out += '`';
  }
  return out;
}

/// What a finding about a value points at: the value, or the key of the object that lacks it.
struct Blame {
  OriginId at;         ///< of the value
  OriginId parent_at;  ///< key of the object around it
};

class Checker {
 public:
  explicit Checker(Context& context) : context_(context) {}

  /// Paths of what is missing as a whole: a field, or the outermost object around it that is not there.
  std::vector<std::string> missing() const {
    std::vector<std::string> out;
    for (const Missing& m : missing_) out.push_back(m.path);
    return out;
  }

  void root(const Value& v, TypeId id, const Value* old) {
    const Type& t = schemas::type(id);
    for (std::string_view name : {"spec"}) {
      const Field* f = schemas::find_field(t, name);
      const Member* m = v.find_member(name);
      Path path = Path::root(name);
      if (m)
        value(m->value, *f, path, {m->value.at(), m->key_at}, old ? old->find(name) : nullptr);
      else if (f->is_required)
        required(v.at(), path);
    }
    finish_duplicates(t, old);
  }

 private:
  struct Missing {
    std::size_t finding;
    std::string path;
  };

  struct Duplicate {
    const DiagInfo* kind;
    OriginId at, first_at;
    std::string list, what, path;
  };

  void value(const Value& v, const Field& f, const Path& path, Blame place, const Value* old) {
    std::size_t before = context_.diags.all().size();
    const Type& t = schemas::type(f.type);
    if (typed(v, t, path, place)) {
      if (f.constraint) constrained(v, schemas::constraints()[f.constraint], path);
      if (v.is_mapping() && t.kind == TypeKind::kStruct)
        structure(v, t, path, place, old);
      else if (v.is_sequence())
        list(v, t, f, path, place, old);
      else if (v.is_mapping() && t.kind == TypeKind::kMap)
        map(v, t, path, place, old);
    }
    tolerate(v, old, before);
  }

  // What was stored like this before is tolerated, wherever the server can tell which value it was.
  void tolerate(const Value& v, const Value* old, std::size_t before) {
    std::vector<Diagnostic>& all = context_.diags.all();
    if (old && all.size() > before && equal(*old, v))
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    while (!missing_.empty() && missing_.back().finding >= all.size()) missing_.pop_back();
  }

  void required(OriginId at, const Path& path) {
    missing_.push_back({context_.diags.all().size(), (first_filled_ ? *first_filled_ : path).text()});
    context_.diags.report(at, diag::RequiredField, label(path)).path(path.text());
  }

  bool typed(const Value& v, const Type& t, const Path& path, Blame place) {
    bool ok = true;
    switch (t.kind) {
      case TypeKind::kStruct:
      case TypeKind::kMap:
      case TypeKind::kRaw:
        ok = v.is_mapping();
        break;
      case TypeKind::kList:
        ok = v.is_sequence();
        break;
      case TypeKind::kQuantity:
        ok = !v.is_null();
        if (v.is_string() && !matches_quantity_pattern(v.as_string())) {
          context_.diags.report(v.at(), diag::BadQuantity, v.as_string()).path(path.text());
          return false;
        }
        break;
      default:
        ok = !v.is_null();
    }
    if (ok) return true;
    bool filled = v.at() == kNowhere || context_.origins[v.at()].why == OriginCause::kDefault;
    if (v.is_null() && filled)
      required(place.parent_at != kNowhere ? place.parent_at : v.at(), path);
    else
      context_.diags.report(v.at(), diag::WrongJsonType, label(path), wanted_text(t.kind), json_kind(v))
          .path(path.text());
    return false;
  }

  void structure(const Value& v, const Type& t, const Path& path, Blame place, const Value* old) {
    bool filled = !first_filled_ && v.at() != kNowhere && context_.origins[v.at()].why == OriginCause::kDefault;
    if (filled) first_filled_ = &path;
    OriginId here = filled || first_filled_ ? place.parent_at : place_of(place, v);
    std::span<const Member> members = v.members();
    std::size_t m = 0;
    for (const Key& key : schemas::keys_of(t)) {
      int order = 1;
      while (m < members.size() && (order = compare_keys(members[m].key, key.json_name)) < 0) ++m;
      if (m < members.size() && order == 0) {
        const Member& member = members[m];
        OriginId parent = member.value.is_mapping() && member.key_at != kNowhere ? member.key_at : here;
        value(member.value, schemas::field(key.field), path.field(key.json_name), {member.value.at(), parent},
              old ? old->find(key.json_name) : nullptr);
      } else if (key.is_required) {
        required(here, path.field(key.json_name));
      }
    }
    if (filled) first_filled_ = nullptr;
  }

  static OriginId place_of(Blame place, const Value& v) {
    return place.parent_at != kNowhere ? place.parent_at : v.at();
  }

  void list(const Value& v, const Type& t, const Field& f, const Path& path, Blame place, const Value* old) {
    const Constraint* c = f.constraint ? &schemas::constraints()[f.constraint] : nullptr;
    bool keyed = c && !c->map_keys.empty();
    if (c && v.size() > 1 && (keyed || c->is_set)) find_duplicates(v, *c, path, duplicates_);
    const Type& element = schemas::type(t.element);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const Value& item = v.items()[i];
      Path here = path.item(i);
      const Value* before = keyed && old ? same_key(*old, item, *c) : nullptr;
      if (item.is_null()) {
        context_.diags.report(item.at() != kNowhere ? item.at() : place.at, diag::NullItem, label(path))
            .path(here.text());
        continue;
      }
      std::size_t count = context_.diags.all().size();
      if (!typed(item, element, here, {item.at(), item.at()})) continue;
      if (element.kind == TypeKind::kStruct) structure(item, element, here, {item.at(), item.at()}, before);
      tolerate(item, before, count);
    }
  }

  void map(const Value& v, const Type& t, const Path& path, Blame place, const Value* old) {
    const Type& element = schemas::type(t.element);
    if (element.kind == TypeKind::kString) return;
    for (const Member& m : v.members()) {
      std::size_t count = context_.diags.all().size();
      typed(m.value, element, path.field(m.key), {m.value.at(), place.parent_at});
      tolerate(m.value, old ? old->find(m.key) : nullptr, count);
    }
  }

  void constrained(const Value& v, const Constraint& c, const Path& path) {
    if (v.is_string()) text(v, c, path);
    if (v.is_int() && c.has_minimum && v.as_int() < c.minimum)
      context_.diags.report(v.at(), diag::BelowMinimum, label(path), v.as_int(), c.minimum).path(path.text());
    if (v.is_int() && c.has_maximum && v.as_int() > c.maximum)
      context_.diags.report(v.at(), diag::AboveMaximum, label(path), v.as_int(), c.maximum).path(path.text());
    if (v.is_sequence() && c.min_items > static_cast<std::int32_t>(v.size()))
      context_.diags.report(v.at(), diag::TooFewItems, label(path), c.min_items).path(path.text());
  }

  void text(const Value& v, const Constraint& c, const Path& path) {
    std::string_view s = v.as_string();
    OriginId at = v.at();
    if (!c.allowed.empty() && std::find(c.allowed.begin(), c.allowed.end(), s) == c.allowed.end()) {
      bool filled = at != kNowhere && context_.origins[at].why == OriginCause::kDefault;
      if (filled && s.empty()) {
        required(at, path);
        return;
      }
      std::vector<std::string_view> names(c.allowed.begin(), c.allowed.end());
      const schemas::FormerName* former = schemas::former_value(path.key, s);
      std::string near = former ? std::string(former->meant) : nearest(s, names);
      const std::string hint = former         ? schemas::story_text(*former)
                               : near.empty() ? near
                                              : "; did you mean `" + near + "`?";
      DiagnosticBuilder b = context_.diags.report(at, diag::NotAllowedValue, s, quoted_list(c.allowed), hint);
      b.path(path.text());
      if (!near.empty()) b.fix(at, near);
      return;
    }
    std::size_t length = characters(s);
    if (c.min_length > static_cast<std::int32_t>(length)) {
      context_.diags.report(at, diag::TooShort, label(path), c.min_length).path(path.text());
    } else if (c.max_length >= 0 && static_cast<std::int32_t>(length) > c.max_length) {
      context_.diags.report(at, diag::TooLong, label(path), static_cast<std::int64_t>(length), c.max_length)
          .path(path.text());
    } else if (!c.pattern.empty() && !matches_pattern(c.pattern, s)) {
      context_.diags.report(at, diag::PatternMismatch, s, c.pattern).path(path.text());
    }
  }

  // `Recreate` for `RollingRecreate`: part of a name is enough where only one value has it.
  static std::string nearest(std::string_view s, std::span<const std::string_view> names) {
    std::string hint = did_you_mean(s, names);
    if (!hint.empty()) return hint.substr(hint.find('`') + 1, hint.rfind('`') - hint.find('`') - 1);
    std::string found;
    if (s.size() < 3) return found;
    for (std::string_view n : names) {
      if (to_lower_ascii(n).find(to_lower_ascii(s)) == std::string::npos) continue;
      if (!found.empty()) return {};
      found = std::string(n);
    }
    return found;
  }

  void find_duplicates(const Value& v, const Constraint& c, const Path& path, std::vector<Duplicate>& out) {
    if (v.size() > 32) return find_duplicates_hashed(v, c, path, out);
    for (std::size_t i = 1; i < v.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (same_item(v.items()[i], v.items()[j], c)) {
          add_duplicate(v, c, path, j, i, out);
          break;
        }
  }

  void find_duplicates_hashed(const Value& v, const Constraint& c, const Path& path, std::vector<Duplicate>& out) {
    std::unordered_multimap<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < v.size(); ++i) {
      const Value& item = v.items()[i];
      std::string_view key = c.is_set ? item.as_string() : item[c.map_keys[0]].as_string();
      auto [from, to] = seen.equal_range(key);
      auto first = std::find_if(from, to, [&](const auto& e) { return same_item(item, v.items()[e.second], c); });
      if (first != to)
        add_duplicate(v, c, path, first->second, i, out);
      else
        seen.emplace(key, i);
    }
  }

  static bool same_item(const Value& a, const Value& b, const Constraint& c) {
    if (c.map_keys.empty()) return equal(a, b);
    return std::all_of(c.map_keys.begin(), c.map_keys.end(), [&](std::string_view k) { return equal(a[k], b[k]); });
  }

  static const Value* same_key(const Value& list, const Value& item, const Constraint& c) {
    for (const Value& other : list.items())
      if (same_item(other, item, c)) return &other;
    return nullptr;
  }

  static std::string scalar(const Value& v) {
    if (v.is_string()) return std::string(v.as_string());
    return v.is_int() ? std::to_string(v.as_int()) : std::string();
  }

  void add_duplicate(const Value& v, const Constraint& c, const Path& path, std::size_t first, std::size_t second,
                     std::vector<Duplicate>& out) {
    const Value& a = v.items()[first];
    const Value& b = v.items()[second];
    Duplicate d{&diag::DuplicateSetItem, b.at(), a.at(), label(path), '`' + scalar(b) + '`', path.item(second).text()};
    if (!c.map_keys.empty()) {
      d.kind = &diag::DuplicateItem;
      d.what.clear();
      for (std::string_view k : c.map_keys) {
        if (!d.what.empty()) d.what += " and ";
        d.what += std::string(k) + " `" + scalar(b[k]) + '`';
      }
      auto place = [&](const Value& item) {
        OriginId at = item[c.map_keys[0]].at();
        return at != kNowhere ? at : item.at();
      };
      d.at = place(b);
      d.first_at = place(a);
    }
    out.push_back(std::move(d));
  }

  // An object whose lists had duplicates before may keep them, all or nothing.
  void finish_duplicates(const Type& root, const Value* old) {
    if (duplicates_.empty()) return;
    if (old) {
      // The same context, since the values' origins are in it; what is found in the old object is dropped.
      std::vector<Diagnostic>& all = context_.diags.all();
      const auto kept = static_cast<std::ptrdiff_t>(all.size());
      Checker before(context_);
      before.collect_only_ = true;
      if (const Field* f = schemas::find_field(root, "spec"))
        if (const Value* spec = old->find("spec"))
          before.value(*spec, *f, Path::root("spec"), {kNowhere, kNowhere}, nullptr);
      all.erase(all.begin() + kept, all.end());
      if (!before.duplicates_.empty()) return;
    }
    for (const Duplicate& d : duplicates_) {
      const DiagArg args[] = {DiagArg(d.list), DiagArg(d.what)};
      context_.diags.report_formatted(d.at, *d.kind, args).note(d.first_at, diag::FirstItemHere).path(d.path);
    }
  }

  /// The field's name, with those of the objects around it that are missing, too.
  std::string label(const Path& path) const {
    std::string text = path.text();
    std::size_t from = text.rfind('.');
    from = from == std::string::npos ? 0 : from + 1;
    if (first_filled_) {
      const Path* around = first_filled_->index >= 0 ? first_filled_ : first_filled_->parent;  // a null item
      std::string outer = around ? around->text() : std::string();
      if (outer.size() < text.size()) from = outer.empty() ? 0 : outer.size() + 1;
    }
    return text.substr(from);
  }

  Context& context_;
  const Path* first_filled_ = nullptr;
  bool collect_only_ = false;
  std::vector<Duplicate> duplicates_;
  std::vector<Missing> missing_;
};

}  // namespace

std::vector<std::string> check_structure(Context& context, const Value& stored, schemas::Root root, const Value* old) {
  Checker checker(context);
  checker.root(stored, schemas::root(root), old);
  return checker.missing();
}

}  // namespace grovec::passes
