#include "runtime/diff/live.h"

#include <algorithm>

#include "ir/labels.h"
#include "ir/value/writer.h"

namespace grovec::diff {

using namespace ir;

bool is_grove_kind(ObjectKind kind) {
  return kind == ObjectKind::kPodClique || kind == ObjectKind::kPodCliqueScalingGroup || kind == ObjectKind::kPodGang;
}

bool is_foreign_annotation(std::string_view key) {
  return key.starts_with(keys::kGrovePrefix) || key.starts_with("grovec.dev/") || key.starts_with("kai.scheduler/");
}

namespace {

const Value kNothing = Value::null();

// What of an object is compared, and how.
struct Rules {
  Scope body = Scope::kOurFields;
  bool owns_metadata = false;  // keys that we do not set are removed
  bool keeps_grove_labels = false;
  std::string_view except;  // in the spec

  explicit Rules(ObjectKind kind) {
    if (kind == ObjectKind::kPod) body = Scope::kOurItems;
    if (!is_grove_kind(kind)) return;
    body = Scope::kWhole;
    owns_metadata = true;
    keeps_grove_labels = kind == ObjectKind::kPodGang;
    if (kind != ObjectKind::kPodGang) except = "replicas";
  }
  Place place(std::string_view key) const { return {key, false, key == "spec" ? except : std::string_view()}; }
  bool removes(std::string_view map, std::string_view key) const {
    if (!owns_metadata) return false;
    if (map == "annotations") return !is_foreign_annotation(key);
    return !keeps_grove_labels || !key.starts_with(keys::kGrovePrefix);
  }
};

bool is_body(std::string_view key) {
  return key != "apiVersion" && key != "kind" && key != "metadata" && key != "status";
}

bool same_map(const Rules& rules, std::string_view name, const Side& ours, const Value& theirs) {
  return for_each_key(*ours.value, theirs, [&](std::string_view key, const Value* x, const Value* y) {
    if (!x) return !rules.removes(name, key);
    return y && same_scalar(ours.with(*x), Side{y}, false);
  });
}

bool has_text(const Value& sequence, std::string_view text) {
  return std::any_of(sequence.items().begin(), sequence.items().end(),
                     [&](const Value& v) { return v.as_string() == text; });
}

// Finalizers cannot be added to an object that is being deleted.
bool has_finalizers(const Value& ours, const Value& live_metadata) {
  if (live_metadata.find("deletionTimestamp")) return true;
  const Value& live = live_metadata["finalizers"];
  return std::all_of(ours.items().begin(), ours.items().end(),
                     [&](const Value& v) { return has_text(live, v.as_string()); });
}

bool same_metadata(const Rules& rules, const Side& ours, const Value& live) {
  for (std::string_view map : {"labels", "annotations"})
    if (!same_map(rules, map, ours.with((*ours.value)[map]), live[map])) return false;
  return has_finalizers((*ours.value)["finalizers"], live);
}

/// Builds the patch of one object.
class Patcher {
 public:
  Patcher(Arena& arena, const Wanted& wanted) : arena_(arena), rules_(wanted.description.kind), wanted_(wanted) {}

  Value object(const Value& live) {
    const Side ours = wanted_.side();
    MappingBuilder out(arena_);
    const Value meta = metadata(ours.with((*ours.value)["metadata"]), live["metadata"]);
    if (meta.size() > 0) out.set("metadata", meta);
    for (const Member& m : ours.value->members()) {
      if (!is_body(m.key)) continue;
      const Value& theirs = live[m.key];
      const Place place = rules_.place(m.key);
      if (!same(ours.with(m.value), Side{&theirs}, rules_.body, place))
        out.set(m.key, node(ours.with(m.value), theirs, place));
    }
    return out.empty() ? Value::null() : out.build();
  }

 private:
  Value made(const Side& ours) { return instantiate(*ours.value, ours.instance, wanted_.counter, arena_); }

  Value metadata(const Side& ours, const Value& live) {
    MappingBuilder out(arena_);
    for (std::string_view map : {"labels", "annotations"}) {
      MappingBuilder changes(arena_);
      const Side side = ours.with((*ours.value)[map]);
      for_each_key(*side.value, live[map], [&](std::string_view key, const Value* x, const Value* y) {
        if (!x && rules_.removes(map, key))
          changes.set(key, Value::null());
        else if (x && !(y && same_scalar(side.with(*x), Side{y}, false)))
          changes.set(key, made(side.with(*x)));
        return true;
      });
      if (!changes.empty()) out.set(map, changes.build());
    }
    const Value& finalizers = (*ours.value)["finalizers"];
    if (!has_finalizers(finalizers, live)) out.set("finalizers", with_ours(live["finalizers"], finalizers));
    return out.build();
  }

  Value with_ours(const Value& live, const Value& ours) {
    std::vector<Value> items(live.items().begin(), live.items().end());
    for (const Value& v : ours.items())
      if (!has_text(live, v.as_string())) items.push_back(v);
    return make_sequence(arena_, items);
  }

  // Only called where the two differ.
  Value node(const Side& ours, const Value& theirs, const Place& place) {
    if (!ours.value->is_mapping() || !theirs.is_mapping()) return is_nothing(ours) ? Value::null() : made(ours);
    const Scope scope = rules_.body;
    MappingBuilder out(arena_);
    for_each_key(*ours.value, theirs, [&](std::string_view key, const Value* x, const Value* y) {
      if (!place.counts(key)) return true;
      if (!x) {
        if (scope == Scope::kWhole && !is_nothing(Side{y})) out.set(key, Value::null());
      } else if (!y) {
        if (!is_nothing(ours.with(*x))) out.set(key, made(ours.with(*x)));
      } else if (!same(ours.with(*x), Side{y}, scope, place.member(key))) {
        out.set(key, node(ours.with(*x), *y, place.member(key)));
      }
      return true;
    });
    return out.build();
  }

  Arena& arena_;
  Rules rules_;
  const Wanted& wanted_;
};

}  // namespace

bool matches(const Wanted& wanted, const Value& live) {
  const Rules rules(wanted.description.kind);
  const Side ours = wanted.side();
  if (!same_metadata(rules, ours.with((*ours.value)["metadata"]), live["metadata"])) return false;
  for (const Member& m : ours.value->members()) {
    if (!is_body(m.key)) continue;
    const Value* theirs = live.find(m.key);
    if (!same(ours.with(m.value), Side{theirs ? theirs : &kNothing}, rules.body, rules.place(m.key))) return false;
  }
  return true;
}

namespace {

void swap_sides(std::vector<FieldChange>& changes) {
  for (FieldChange& c : changes) std::swap(c.before, c.after);
}

void add_map_changes(const Rules& rules, std::string_view name, const Side& ours, const Value& theirs,
                     std::vector<FieldChange>& out) {
  const std::string path = "metadata." + std::string(name);
  for_each_key(*ours.value, theirs, [&](std::string_view key, const Value* x, const Value* y) {
    if (!x && rules.removes(name, key)) out.push_back({member_path(path, key), Side{y}, {}});
    if (x && !(y && same_scalar(ours.with(*x), Side{y}, false)))
      out.push_back({member_path(path, key), Side{y}, ours.with(*x)});
    return true;
  });
}

}  // namespace

std::vector<FieldChange> live_changes(const Wanted& wanted, const Value& live) {
  Rules rules(wanted.description.kind);
  if (wanted.description.kind == ObjectKind::kPod) rules.except = "schedulingGates";
  const Side ours = wanted.side();
  const Value &meta = (*ours.value)["metadata"], &live_meta = live["metadata"];
  std::vector<FieldChange> out;
  for (std::string_view map : {"labels", "annotations"})
    add_map_changes(rules, map, ours.with(meta[map]), live_meta[map], out);
  if (!has_finalizers(meta["finalizers"], live_meta))
    out.push_back({"metadata.finalizers", Side{live_meta.find("finalizers")}, ours.with(meta["finalizers"])});
  for (const Member& m : ours.value->members()) {
    if (!is_body(m.key)) continue;
    const Value* theirs = live.find(m.key);
    std::vector<FieldChange> more =
        field_changes(ours.with(m.value), Side{theirs ? theirs : &kNothing}, rules.body, m.key, rules.place(m.key));
    swap_sides(more);
    out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return out;
}

Value merge_patch(Arena& arena, const Wanted& wanted, const Value& live) { return Patcher(arena, wanted).object(live); }

}  // namespace grovec::diff
