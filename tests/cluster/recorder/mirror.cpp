#include "tests/cluster/recorder/mirror.h"

#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/pod_fields.h"

namespace grovec::recorder {

using namespace ir;
using simulate::Instant;
using simulate::Kind;
using simulate::Object;

namespace {

constexpr std::int64_t kPatience = 300'000'000;  // for other watches, ns

Value without(Arena& arena, const Value& map, std::initializer_list<std::string_view> keys) {
  if (!map.is_mapping()) return map;
  MappingBuilder out(arena, map);
  for (const std::string_view key : keys) out.remove(key);
  return out.build();
}

Value without_named(Arena& arena, const Value& list, std::string_view prefix) {
  std::vector<Value> out;
  for (const Value& item : list.items())
    if (!item["name"].as_string().starts_with(prefix)) out.push_back(item);
  return out.empty() ? Value::null() : make_sequence(arena, out);
}

Value set_or_remove(Arena& arena, const Value& map, std::string_view key, const Value& value) {
  return value.is_null() ? MappingBuilder(arena, map).remove(key).build()
                         : MappingBuilder(arena, map).set(key, value).build();
}

Value containers(Arena& arena, const Value& list) {
  std::vector<Value> out;
  for (const Value& c : list.items())
    out.push_back(set_or_remove(arena, c, "volumeMounts", without_named(arena, c["volumeMounts"], "kube-api-access-")));
  return out.empty() ? Value::null() : make_sequence(arena, out);
}

Value statuses(Arena& arena, const Value& list) {
  std::vector<Value> out;
  for (const Value& c : list.items())
    out.push_back(without(arena, c, {"containerID", "imageID", "volumeMounts", "resources", "allocatedResources", "user"}));
  return out.empty() ? Value::null() : make_sequence(arena, out);
}

Value pod(Arena& arena, const Value& tree) {
  Value spec = tree["spec"];
  spec = set_or_remove(arena, spec, "volumes", without_named(arena, spec["volumes"], "kube-api-access-"));
  for (const std::string_view key : {"containers", "initContainers"})
    spec = set_or_remove(arena, spec, key, containers(arena, spec[key]));
  Value status = without(arena, tree["status"], {"podIP", "podIPs", "hostIP", "hostIPs", "startTime", "observedGeneration", "qosClass"});
  for (const std::string_view key : {"containerStatuses", "initContainerStatuses"})
    status = set_or_remove(arena, status, key, statuses(arena, status[key]));
  std::vector<Value> conditions;
  for (const Value& c : status["conditions"].items())
    conditions.push_back(without(arena, c, {"lastProbeTime", "observedGeneration"}));
  status = set_or_remove(arena, status, "conditions", conditions.empty() ? Value::null() : make_sequence(arena, conditions));
  return MappingBuilder(arena, tree).set("spec", spec).set("status", status).build();
}

// As recordings are normalised (tests/fixtures/oracle/README.md).
Value normalised(Arena& arena, Kind kind, const Value& tree) {
  Value metadata = without(arena, tree["metadata"], {"managedFields", "selfLink", "deletionGracePeriodSeconds"});
  MappingBuilder notes(arena);
  for (const Member& m : metadata["annotations"].members())
    if (!m.key.starts_with("test.grovec.dev/") && m.key != "kubernetes.io/service-account.uid") notes.set(m.key, m.value);
  metadata = set_or_remove(arena, metadata, "annotations", notes.empty() ? Value::null() : notes.build());
  Value out = MappingBuilder(arena, tree).set("metadata", metadata).build();
  if (kind == Kind::kPod) return pod(arena, out);
  if (kind == Kind::kSecret) return without(arena, out, {"data"});
  if (kind == Kind::kServiceAccount) return without(arena, out, {"secrets"});
  if (kind == Kind::kService)
    return MappingBuilder(arena, out)
        .set("spec", without(arena, out["spec"], {"clusterIPs", "ipFamilies", "ipFamilyPolicy"}))
        .build();
  return out;
}

std::string text(const Value& v) { return std::string(v.as_string()); }

}  // namespace

// One kind, or Events.
struct Mirror::KindWatch final : kube::Sink {
  KindWatch(Mirror& m, std::optional<Kind> k) : mirror(m), kind(k) {}

  void on_list_begin() override { listing = true; }
  void on_list_end(std::string_view) override {
    listing = false;
    has_listed = true;
  }
  void on_bookmark(std::string_view) override {}
  void on_broken(const Error&, kube::Duration) override {}
  void on_object(const kube::Item& item) override { handle(item, false); }
  void on_delete(const kube::Item& item) override { handle(item, true); }

  void handle(const kube::Item& item, bool gone) {
    const auto read = mirror.eyes_.read_tree(item.json);
    if (!read) return;
    Pending p;
    p.version = decide::version_of(item.resource_version);
    p.at = mirror.now();
    p.is_gone = gone;
    const Value& tree = (*read)->tree;
    if (kind)
      object(tree, p);
    else if (listing || gone || !event(tree, p))
      return;
    mirror.add(std::move(p));
  }

  void object(const Value& tree, Pending& p) const {
    Arena arena;
    const Value clean = normalised(arena, *kind, tree);
    const Value& meta = tree["metadata"];
    Object& o = p.object;
    o.key = {*kind, text(meta["namespace"]), text(meta["name"])};
    o.uid = text(meta["uid"]);
    o.generation = meta["generation"].as_int();
    o.created = decide::parse_time(meta["creationTimestamp"].as_string()).value_or(Instant{});
    o.deleted = decide::parse_time(meta["deletionTimestamp"].as_string());
    simulate::read_manifest(clean, o);
  }

  static bool event(const Value& tree, Pending& p) {
    p.is_event = true;
    p.reason = text(tree["reason"]);
    if (p.reason == "Scheduled") return false;
    p.on = text(tree["involvedObject"]["kind"]) + "/" + text(tree["involvedObject"]["name"]);
    p.source = text(tree["source"]["component"]);
    if (p.source.empty()) p.source = text(tree["reportingComponent"]);
    p.message = text(tree["message"]);
    p.is_warning = tree["type"].as_string() == "Warning";
    return true;
  }

  Mirror& mirror;
  std::optional<Kind> kind;
  std::unique_ptr<kube::Watch> watch;
  bool listing = false, has_listed = false;
};

Mirror::Mirror(kube::Client& client, std::string ns) : client_(client), namespace_(std::move(ns)) {
  last_change_ = now();
  const std::string ours = std::string(keys::kManagedBy) + "=" + std::string(keys::kOperator);
  const auto follow = [&](std::optional<Kind> kind, std::string path, const std::string& selector) {
    auto w = std::make_unique<KindWatch>(*this, kind);
    w->watch = std::make_unique<kube::Watch>(client_, kube::WatchSpec{.path = std::move(path), .label_selector = selector}, *w);
    watches_.push_back(std::move(w));
  };
  for (const Kind kind : {Kind::kPodCliqueSet, Kind::kPodClique, Kind::kPodCliqueScalingGroup, Kind::kPodGang, Kind::kPod,
                          Kind::kServiceAccount, Kind::kRole, Kind::kRoleBinding, Kind::kSecret, Kind::kService,
                          Kind::kHorizontalPodAutoscaler})
    follow(kind, kube::path_of(info_of(*simulate::decided_kind(kind)), namespace_), kind == Kind::kPodCliqueSet ? "" : ours);
  follow(std::nullopt, kube::path_of("", "v1", "events", namespace_), "");
}

Mirror::~Mirror() = default;

bool Mirror::has_listed() const {
  return std::all_of(watches_.begin(), watches_.end(), [](const auto& w) { return w->has_listed; });
}

Instant Mirror::now() const {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
}

void Mirror::add(Pending p) {
  p.order = ++order_;
  pending_.push_back(std::move(p));
}

void Mirror::settle(bool all) {
  std::sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
    return a.version != b.version ? a.version < b.version : a.order < b.order;
  });
  const Instant limit = now().plus(-kPatience);
  std::size_t n = 0;
  while (n < pending_.size() && (all || pending_[n].at <= limit)) take(pending_[n++]);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(n));
}

void Mirror::take(Pending& p) {
  if (p.is_event) return trace_.event(p.on, p.source, p.is_warning, p.reason, p.message, p.at);
  const simulate::Key key = p.object.key;
  const simulate::ObjectPtr before = store_.find(key);
  if (key.kind == Kind::kPod)
    if (const std::string_view node = p.object.spec()["nodeName"].as_string(); !node.empty()) nodes_[p.object.uid] = node;
  if (!p.is_gone && before && before->uid == p.object.uid) {
    store_.write(before, std::move(p.object));
  } else {
    if (before) {
      Object last = *before;
      last.finalizers.clear();
      last.deleted = p.at;
      if (key.kind == Kind::kPod)
        store_.remove_now(key, {}, p.at);
      else
        store_.write(before, std::move(last));
    }
    if (!p.is_gone) store_.write(nullptr, std::move(p.object));
  }
  for (const simulate::Change& change : store_.take_changes()) trace_.changed(change, p.at);
  last_change_ = p.at;
}

std::string Mirror::name_of(const std::string& alias) const {
  const std::string name = trace_.aliases().name_behind(alias);
  if (name.empty()) return alias;
  const simulate::ObjectPtr pod = store_.find({Kind::kPod, namespace_, name});
  const std::string uid = trace_.aliases().uid_behind(alias);
  return pod && (uid.empty() || pod->uid == uid) ? name : std::string();
}

std::string Mirror::node_of(const std::string& alias) const {
  const auto at = nodes_.find(trace_.aliases().uid_behind(alias));
  return at == nodes_.end() ? std::string() : at->second;
}

}  // namespace grovec::recorder
