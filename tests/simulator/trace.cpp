#include "tests/simulator/trace.h"

#include <map>
#include <vector>

#include "ir/labels.h"
#include "ir/value/writer.h"

namespace grovec::simulator {

using namespace ir;
using simulate::Change;
using simulate::Instant;
using simulate::Kind;
using simulate::Object;

namespace {

using Fields = std::map<std::string, Value>;  // path -> value

std::string quoted(std::string_view s) {
  std::string out;
  append_json_string(s, out);
  return out;
}

std::string_view entry_name(const Value& item) {
  for (const std::string_view key : {"name", "type"})
    if (const Value* v = item.find(key); v && v->is_string()) return v->as_string();
  return {};
}

bool has_names(const Value& list) {
  for (const Value& item : list.items())
    if (entry_name(item).empty()) return false;
  return list.size() > 0;
}

// Lists of names that are shown as one value.
Value names_of(Arena& arena, const Value& list) {
  std::vector<Value> out;
  for (const Value& item : list.items()) out.push_back(Value::string(entry_name(item)));
  return make_sequence(arena, out);
}

void flatten(Arena& arena, const Value& v, const std::string& path, Fields& out) {
  const std::string_view last = std::string_view(path).substr(path.rfind('.') + 1);
  if (last == "podReferences" || last == "schedulingGates") {
    out[path] = names_of(arena, v);
  } else if (v.is_mapping()) {
    for (const Member& m : v.members())
      flatten(arena, m.value, path.empty() ? std::string(m.key) : path + "." + std::string(m.key), out);
  } else if (v.is_sequence() && has_names(v)) {
    for (const Value& item : v.items())
      for (const Member& m : item.members())
        if (m.value.as_string() != entry_name(item) || (m.key != "name" && m.key != "type"))
          flatten(arena, m.value, path + "[" + std::string(entry_name(item)) + "]." + std::string(m.key), out);
  } else {
    out[path] = v;
  }
}

Fields fields_of(Arena& arena, const Object& object) {
  Fields out;
  const Value tree = simulate::tree_of(object, arena);
  for (const std::string_view key : {"labels", "annotations"})
    for (const Member& m : tree["metadata"][key].members())
      out["metadata." + std::string(key) + "." + std::string(m.key)] = m.value;
  if (const Value* f = tree["metadata"].find("finalizers")) out["metadata.finalizers"] = *f;
  for (const Member& m : tree.members())
    if (m.key != "apiVersion" && m.key != "kind" && m.key != "metadata")
      flatten(arena, m.value, std::string(m.key), out);
  if (const auto node = out.find("spec.nodeName"); node != out.end()) node->second = Value::string("set");
  return out;
}

bool ends_with(const std::string& path, std::string_view end) { return std::string_view(path).ends_with(end); }

// What a new object shows.
bool is_shown_when_added(const std::string& path) {
  static const std::string_view kPaths[] = {"metadata.labels.grove.io/pod-template-hash",
                                            "metadata.labels.grove.io/podgang",
                                            "metadata.labels.grove.io/base-podgang",
                                            "spec.replicas",
                                            "spec.minAvailable",
                                            "spec.roleName",
                                            "spec.startsAfter",
                                            "spec.cliqueNames",
                                            "spec.hostname",
                                            "spec.schedulingGates",
                                            "spec.minReplicas",
                                            "spec.maxReplicas"};
  for (const std::string_view p : kPaths)
    if (path == p) return true;
  if (path.starts_with("spec.podgroups[")) return ends_with(path, ".minReplicas") || ends_with(path, ".podReferences");
  const bool is_image = ends_with(path, ".image") && path.find("ontainers[") != std::string::npos;
  return is_image && path.starts_with("spec.") && !path.starts_with("spec.template") &&
         path.find("initContainers[") == std::string::npos;
}

// Values as records print them: pods by alias, times as seconds since the start.
class Printer {
 public:
  Printer(const Aliases& aliases, Instant start) : aliases_(&aliases), start_(start) {}

  std::string print(const Value& v) const {
    if (v.is_string()) {
      if (const auto at = decide::parse_time(v.as_string()))
        return "\"@" + std::to_string(seconds_since_start(*at)) + "\"";
      return quoted(aliases_->in_text(v.as_string()));
    }
    if (v.is_sequence()) {
      std::string out = "[";
      for (const Value& item : v.items()) out += (out.size() > 1 ? ", " : "") + print(item);
      return out + "]";
    }
    if (v.is_mapping()) {
      std::string out = "{";
      for (const Member& m : v.members()) out += (out.size() > 1 ? ", " : "") + quoted(m.key) + ": " + print(m.value);
      return out + "}";
    }
    return to_text(v, Format::kJson);
  }

 private:
  std::int64_t seconds_since_start(Instant at) const {
    const std::int64_t ns = at.ns - start_.whole().ns;
    return ns >= 0 ? ns / decide::kSecond : -((-ns) / decide::kSecond);
  }
  const Aliases* aliases_;
  Instant start_;
};

bool has_item(const Value& list, const Value& wanted) {
  for (const Value& item : list.items())
    if (equal(item, wanted)) return true;
  return false;
}

// What one of two lists has and the other has not.
std::string difference(const Printer& printer, const Value& a, const Value& b) {
  std::string out;
  for (const Value& item : a.items())
    if (!has_item(b, item)) out += (out.empty() ? "" : ", ") + printer.print(item);
  return "[" + out + "]";
}

std::string changes_text(const Printer& printer, const Fields& before, const Fields& after) {
  std::string out;
  const auto add = [&](const std::string& path, const Value* a, const Value* b) {
    out += (out.empty() ? "" : ", ") + quoted(path) + ": ";
    if (a && b && ends_with(path, ".podReferences"))
      out += "{\"removed\": " + difference(printer, *a, *b) + ", \"added\": " + difference(printer, *b, *a) + "}";
    else
      out += "[" + (a ? printer.print(*a) : "null") + ", " + (b ? printer.print(*b) : "null") + "]";
  };
  for (const auto& [path, value] : before) {
    const auto found = after.find(path);
    if (found == after.end())
      add(path, &value, nullptr);
    else if (!equal(value, found->second))
      add(path, &value, &found->second);
  }
  for (const auto& [path, value] : after)
    if (!before.contains(path)) add(path, nullptr, &value);
  return out;
}

}  // namespace

void Recorder::start(const simulate::Store& store, Instant now) {
  on_ = true;
  start_ = now;
  aliases_.restart(store);
  incarnations_.restart(store);
  event_counts_.clear();
  text_.clear();
}

std::string Recorder::time(Instant now) const { return std::to_string((now.ns - start_.ns) / 1'000'000); }

std::string Recorder::head(std::string_view type, const Object& object, Instant now) const {
  const std::string name = object.key.kind == Kind::kPod ? aliases_.of(object) : object.key.name;
  std::string out = "{\"t\": " + time(now) + ", \"type\": " + quoted(type) +
                    ", \"kind\": " + quoted(simulate::facts_of(object.key.kind).name) + ", \"name\": " + quoted(name);
  if (const std::uint32_t n = incarnations_.of(object); n > 1 && object.key.kind != Kind::kPod)
    out += ", \"incarnation\": " + std::to_string(n);
  return out;
}

void Recorder::changed(const Change& change, Instant now) {
  if (!change.before) {
    if (change.after->key.kind == Kind::kPod) aliases_.add(*change.after);
    if (on_) incarnations_.add(*change.after);
  }
  if (!on_) return;
  Arena arena;
  const Printer printer(aliases_, start_);
  if (!change.before) {
    Fields shown = fields_of(arena, *change.after);
    std::erase_if(shown, [](const auto& field) { return !is_shown_when_added(field.first); });
    if (const Value& init = change.after->spec()["initContainers"]; init.size() > 0)
      shown["spec.initContainers"] = names_of(arena, init);
    const std::string fields = changes_text(printer, {}, shown);
    text_ += head("ADDED", *change.after, now) + (fields.empty() ? "" : ", \"changed\": {" + fields + "}") + "}\n";
  } else if (!change.after) {
    text_ += head("DELETED", *change.before, now) + "}\n";
  } else if (change.is_deletion_mark()) {
    text_ += head("deletion-marked", *change.after, now) + "}\n";
  } else {
    Fields before = fields_of(arena, *change.before), after = fields_of(arena, *change.after);
    const std::string fields = changes_text(printer, before, after);
    before.erase("status.observedGeneration");
    after.erase("status.observedGeneration");
    if (changes_text(printer, before, after).empty()) return;
    text_ += head("MODIFIED", *change.after, now) + ", \"changed\": {" + fields + "}}\n";
  }
}

void Recorder::event(const std::string& on, const std::string& source, bool is_warning, const std::string& reason,
                     const std::string& message, Instant now) {
  if (!on_) return;
  const std::string where = aliases_.in_text(on), what = aliases_.in_text(message);
  const std::uint32_t count = ++event_counts_[where + "\n" + reason + "\n" + what];
  text_ += "{\"t\": " + time(now) + ", \"type\": \"EVENT\", \"kind\": \"Event\", \"reason\": " + quoted(reason) +
           ", \"eventType\": " + (is_warning ? "\"Warning\"" : "\"Normal\"") + ", \"on\": " + quoted(where) +
           ", \"source\": " + quoted(source) + ", \"count\": " + std::to_string(count) +
           ", \"message\": " + quoted(what) + "}\n";
}

namespace {

bool is_time_key(std::string_view key) { return key.ends_with("Time") || key.ends_with("At"); }

// A tree with pods by alias; of a status without times.
Value normalised(Arena& arena, const Value& v, const Aliases& aliases, bool is_status) {
  if (v.is_string()) return Value::string(arena.copy(std::string_view(aliases.in_text(v.as_string(), true))));
  if (v.is_sequence()) {
    std::vector<Value> out;
    for (const Value& item : v.items()) out.push_back(normalised(arena, item, aliases, is_status));
    return make_sequence(arena, out);
  }
  if (!v.is_mapping()) return v;
  MappingBuilder out(arena);
  for (const Member& m : v.members())
    if (!is_status || !is_time_key(m.key)) out.set(m.key, normalised(arena, m.value, aliases, is_status));
  return out.build();
}

Value normalised_metadata(Arena& arena, const Value& metadata, const std::string& name, const Aliases& aliases) {
  MappingBuilder out(arena, normalised(arena, metadata, aliases, false));
  for (const std::string_view key : {"uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp"})
    out.remove(key);
  out.set("name", Value::string(arena.copy(std::string_view(name))));
  std::vector<Value> owners;
  for (const Value& o : metadata["ownerReferences"].items())
    owners.push_back(MappingBuilder(arena, o).remove("uid").build());
  if (!owners.empty()) out.set("ownerReferences", make_sequence(arena, owners));
  return out.build();
}

Value normalised_body(Arena& arena, const Object& object, const Value& tree, const Aliases& aliases) {
  MappingBuilder out(arena, normalised(arena, tree, aliases, false));
  out.remove("status");
  if (object.key.kind == Kind::kPod)
    out.set("spec", MappingBuilder(arena, normalised(arena, tree["spec"], aliases, false)).remove("nodeName").build());
  return out.build();
}

}  // namespace

std::string final_text(const simulate::Store& store, const Aliases& aliases) {
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>>
      out;  // kind, name -> object, status
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    for (const simulate::ObjectPtr& object : store.all(static_cast<Kind>(k))) {
      Arena arena;
      const Value tree = simulate::tree_of(*object, arena);
      const std::string name = object->key.kind == Kind::kPod ? Aliases::slot_of(*object) : object->key.name;
      const Value body = MappingBuilder(arena, normalised_body(arena, *object, tree, aliases))
                             .set("metadata", normalised_metadata(arena, tree["metadata"], name, aliases))
                             .build();
      const Value* status = tree.find("status");
      out[{std::string(simulate::facts_of(object->key.kind).name), name}] = {
          to_text(body, Format::kJson),
          status ? to_text(normalised(arena, *status, aliases, true), Format::kJson) : std::string()};
    }
  std::string objects, statuses;
  for (const auto& [key, texts] : out) {
    objects += (objects.empty() ? "" : ",\n") + texts.first;
    if (!texts.second.empty())
      statuses += (statuses.empty() ? "" : ",\n") + quoted(key.first + "/" + key.second) + ": " + texts.second;
  }
  return "{\"objects\": [\n" + objects + "\n],\n\"status\": {\n" + statuses + "\n}}\n";
}

}  // namespace grovec::simulator
