#include "tests/decide_world/tree_world.h"

#include <algorithm>

#include "ir/labels.h"
#include "ir/names.h"
#include "runtime/decide/patch.h"

namespace grovec::testing {

using decide::Action;
using decide::Kind;
using decide::Verb;
using ir::Value;
namespace keys = ir::keys;

namespace {

Value time_value(Arena& a, Instant at) { return Value::string(a.copy(decide::time_text(at))); }

ObjectKey key_of(const Value& tree) {
  const auto kind = ir::kind_of(tree["apiVersion"].as_string(), tree["kind"].as_string());
  return {kind.value_or(Kind::kPod), std::string(tree["metadata"]["name"].as_string())};
}

std::string line(const Action& a, std::string_view problem) {
  return std::string(name_of(a.verb)) + " " + std::string(info_of(a.key.kind).kind) + "/" + a.key.name + ": " +
         std::string(problem);
}

// Values of a decision die with it.
Value deep_copy(Arena& a, const Value& v) {
  if (v.is_string()) return Value::string(a.copy(v.as_string()));
  if (v.is_sequence()) {
    std::vector<Value> items;
    for (const Value& i : v.items()) items.push_back(deep_copy(a, i));
    return ir::make_sequence(a, items);
  }
  if (!v.is_mapping()) return v;
  ir::MappingBuilder b(a);
  for (const ir::Member& m : v.members()) b.set(a.copy(m.key), deep_copy(a, m.value));
  return b.build();
}

Value condition(Arena& a, std::string_view type, std::string_view status, std::string_view reason, Instant since) {
  ir::MappingBuilder b(a);
  b.set("type", Value::string(type)).set("status", Value::string(status));
  b.set("lastTransitionTime", time_value(a, since));
  if (!reason.empty()) b.set("reason", Value::string(reason));
  return b.build();
}

}  // namespace

void TreeWorld::set_meta(Value& tree, std::string_view key, const Value& value) {
  tree = decide::apply_patch(arena_, tree, decide::nest(arena_, {"metadata", key}, value));
}

void TreeWorld::touch(Value& tree) {
  set_meta(tree, "resourceVersion", Value::string(arena_.copy(std::to_string(++last_version_))));
}

void TreeWorld::put(const Value& tree) {
  Value t = tree;
  if (t["metadata"]["uid"].is_null())
    set_meta(t, "uid", Value::string(arena_.copy("uid-" + std::to_string(++last_uid_))));
  if (t["metadata"]["creationTimestamp"].is_null()) set_meta(t, "creationTimestamp", time_value(arena_, now));
  if (t["metadata"]["generation"].is_null()) set_meta(t, "generation", Value::integer(1));
  touch(t);
  objects_[key_of(t)] = t;
}

void TreeWorld::apply_set(const Value& tree) {
  set_name_ = tree["metadata"]["name"].as_string();
  Value* live = find({Kind::kPodCliqueSet, set_name_});
  if (!live) return put(tree);
  const bool grows = !ir::equal((*live)["spec"], tree["spec"]);
  const std::int64_t generation = (*live)["metadata"]["generation"].as_int() + grows;
  Value next = decide::apply_patch(arena_, *live, tree);
  ir::MappingBuilder b(arena_, next);
  *live = b.set("spec", tree["spec"]).build();
  set_meta(*live, "generation", Value::integer(generation));
  touch(*live);
}

Value* TreeWorld::find(const ObjectKey& key) {
  auto at = objects_.find(key);
  return at == objects_.end() ? nullptr : &at->second;
}

Value* TreeWorld::find(std::string_view kind, std::string_view name, ObjectKey& key) {
  const std::size_t tilde = name.find('~');
  for (auto& [k, tree] : objects_) {
    if (info_of(k.kind).kind != kind) continue;
    const std::string host(tree["spec"]["hostname"].as_string());
    const bool is_it = tilde == name.npos
                           ? k.name == name
                           : host == std::string(name.substr(0, tilde)) + "-" + std::string(name.substr(tilde + 1));
    if (!is_it) continue;
    key = k;
    return &tree;
  }
  return nullptr;
}

void TreeWorld::patch(const ObjectKey& key, const Value& patch) {
  Value* live = find(key);
  if (!live) return;
  const Value before = *live;
  *live = decide::apply_patch(arena_, *live, patch);
  if (!ir::equal(before["spec"], (*live)["spec"]))
    set_meta(*live, "generation", Value::integer(before["metadata"]["generation"].as_int() + 1));
  touch(*live);
}

void TreeWorld::mark(const ObjectKey& key) {
  Value* live = find(key);
  if (!live || !(*live)["metadata"]["deletionTimestamp"].is_null()) return;
  if ((*live)["metadata"]["finalizers"].size() == 0 && key.kind != Kind::kPod) {
    remove(key);
    return;
  }
  set_meta(*live, "deletionTimestamp", time_value(arena_, now));
  touch(*live);
}

void TreeWorld::wrote_status(const ObjectKey& key, Instant at) {
  if (Value* live = find(key)) status_written_[std::string((*live)["metadata"]["uid"].as_string())] = at;
}

namespace {

template <class Live>
std::shared_ptr<const void> with_time(const std::shared_ptr<const Live>& read, Instant written) {
  auto live = std::make_shared<Live>(*read);
  live->status_written = written;
  return live;
}

}  // namespace

// A version is read once, so objects that have not changed are the same objects.
const void* TreeWorld::read(const ObjectKey& key, const Value& tree) {
  const Value& meta = tree["metadata"];
  const Instant written = status_written_[std::string(meta["uid"].as_string())];
  Read& known = reads_[key];
  if (known.live && known.tree == &tree.members()[0] && known.written == written) return known.live.get();
  if (known.live) held_.push_back(known.live);
  known = {&tree.members()[0], written, nullptr};
  if (key.kind == Kind::kPodCliqueSet)
    known.live = with_time(decide::read_set(tree, nullptr), written);
  else if (key.kind == Kind::kPodCliqueScalingGroup)
    known.live = with_time(decide::read_group(tree, nullptr), written);
  else if (key.kind == Kind::kPodClique)
    known.live = with_time(decide::read_clique(tree, nullptr), written);
  else if (key.kind == Kind::kPodGang)
    known.live = with_time(decide::read_gang(tree, nullptr), written);
  else if (key.kind == Kind::kPod)
    known.live = decide::read_pod(tree, interner_);
  else
    known.live = decide::read_object(key.kind, tree, nullptr);
  return known.live.get();
}

const decide::Observed& TreeWorld::observe() {
  decide::Observed o;
  o.name = set_name_;
  for (const auto& [key, tree] : objects_) {
    const void* live = read(key, tree);
    if (key.kind == Kind::kPodCliqueSet) {
      o.namespace_ = tree["metadata"]["namespace"].as_string();
      o.set = static_cast<const decide::LiveSet*>(live);
    } else if (key.kind == Kind::kPodCliqueScalingGroup) {
      o.groups.push_back(static_cast<const decide::LiveGroup*>(live));
    } else if (key.kind == Kind::kPodClique) {
      o.cliques.push_back(static_cast<const decide::LiveClique*>(live));
    } else if (key.kind == Kind::kPodGang) {
      o.gangs.push_back(static_cast<const decide::LiveGang*>(live));
    } else if (key.kind == Kind::kPod) {
      o.pods.push_back(static_cast<const decide::LivePod*>(live));
    } else {
      o.objects.push_back(static_cast<const decide::LiveObject*>(live));
    }
  }
  o.failed = failed;
  observed_ = std::move(o);
  return observed_;
}

void TreeWorld::create(const decide::World& world, const Action& a, std::vector<std::string>& problems) {
  if (find(a.key)) {
    problems.push_back(line(a, "it is there"));
    return;
  }
  std::shared_ptr<const decide::LiveClique> source;
  if (a.source.from == decide::Source::From::kClique) {
    const Value* clique = find(a.source.clique);
    if (!clique) {
      problems.push_back(line(a, "no PodClique"));
      return;
    }
    source = decide::read_clique(*clique, nullptr);
  }
  Value body = decide::body_of(world, a, source.get(), arena_);
  if (a.owner) {
    const Value* owner = find(*a.owner);
    if (!owner) {
      problems.push_back(line(a, "no owner"));
      return;
    }
    std::vector<Value> references;
    for (const Value& r : body["metadata"]["ownerReferences"].items())
      references.push_back(ir::MappingBuilder(arena_, r).set("uid", (*owner)["metadata"]["uid"]).build());
    set_meta(body, "ownerReferences", ir::make_sequence(arena_, references));
  }
  put(deep_copy(arena_, body));
}

std::vector<std::string> TreeWorld::carry(const decide::World& world, const decide::Decision& decision) {
  std::vector<std::string> problems;
  for (const decide::Step& step : decision.steps)
    for (const Action& a : step) {
      if (a.verb == Verb::kCreate) {
        create(world, a, problems);
        continue;
      }
      Value* live = find(a.key);
      if (!live || (*live)["metadata"]["uid"].as_string() != a.uid) {
        problems.push_back(line(a, "not there"));
        continue;
      }
      if (a.resource_version &&
          (*live)["metadata"]["resourceVersion"].as_string() != std::to_string(a.resource_version)) {
        problems.push_back(line(a, "changed meanwhile"));
        continue;
      }
      if (a.verb == Verb::kDelete) {
        mark(a.key);
        continue;
      }
      const std::string uid = a.uid;
      const Value change = deep_copy(arena_, a.change);
      patch(a.key, change);
      if (a.verb == Verb::kPatchStatus) status_written_[uid] = now;
      live = find(a.key);
      if (!(*live)["metadata"]["deletionTimestamp"].is_null() && (*live)["metadata"]["finalizers"].size() == 0)
        remove(a.key);
    }
  return problems;
}

void TreeWorld::turn_the_wheels() {
  std::vector<ObjectKey> gone;
  for (auto& [key, tree] : objects_) {
    if (key.kind != Kind::kPod) continue;
    if (!tree["metadata"]["deletionTimestamp"].is_null()) {
      gone.push_back(key);
      continue;
    }
    if (!tree["status"].is_null() && !tree["spec"]["nodeName"].is_null()) continue;
    ir::MappingBuilder status(arena_);
    std::vector<Value> conditions;
    if (tree["spec"]["schedulingGates"].size() > 0) {
      conditions.push_back(condition(arena_, "PodScheduled", "False", "SchedulingGated", now));
      status.set("phase", Value::string("Pending"));
    } else {
      conditions.push_back(condition(arena_, "PodScheduled", "True", "", now));
      conditions.push_back(condition(arena_, "Ready", "True", "", now));
      status.set("phase", Value::string("Running"));
      std::vector<Value> containers;
      for (const Value& c : tree["spec"]["containers"].items()) {
        ir::MappingBuilder b(arena_);
        b.set("name", c["name"]).set("ready", Value::boolean(true)).set("started", Value::boolean(true));
        containers.push_back(b.build());
      }
      status.set("containerStatuses", ir::make_sequence(arena_, containers));
      tree = decide::apply_patch(arena_, tree, decide::nest(arena_, {"spec", "nodeName"}, Value::string("node")));
    }
    status.set("conditions", ir::make_sequence(arena_, conditions));
    tree = ir::MappingBuilder(arena_, tree).set("status", status.build()).build();
    touch(tree);
  }
  for (const ObjectKey& key : gone) remove(key);
  // Garbage collection: what has owners of which none is there.
  for (bool again = true; again;) {
    again = false;
    std::vector<ObjectKey> orphans;
    for (const auto& [key, tree] : objects_) {
      const auto owners = tree["metadata"]["ownerReferences"].items();
      if (owners.empty() || !tree["metadata"]["deletionTimestamp"].is_null()) continue;
      const bool any = std::any_of(owners.begin(), owners.end(), [&](const Value& o) {
        return std::any_of(objects_.begin(), objects_.end(), [&](const auto& entry) {
          return entry.second["metadata"]["uid"].as_string() == o["uid"].as_string();
        });
      });
      if (!any) orphans.push_back(key);
    }
    for (const ObjectKey& key : orphans) {
      again = true;
      mark(key);
    }
  }
}

int TreeWorld::settle(const decide::World& world, int most) {
  for (int round = 0; round < most; ++round) {
    const decide::Decision d = decide::decide(world, observe(), now);
    if (d.steps.empty() && !d.next_look) return round;
    carry(world, d);
    turn_the_wheels();
    now = d.next_look && *d.next_look > now && d.steps.empty() ? *d.next_look : now.plus(decide::kSecond / 10);
  }
  return most;
}

}  // namespace grovec::testing
