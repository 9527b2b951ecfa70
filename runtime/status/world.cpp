// Objects as kubectl prints them, sorted.
#include "runtime/status/world.h"

#include <algorithm>
#include <charconv>

#include "ir/labels.h"

namespace grovec::status {

using decide::Instant;
using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::string_view kOperatorLease = "grove-operator-leader-election";
constexpr std::string_view kOperatorName = "grove-operator";
constexpr int kDeepestTime = 8;

std::string_view name_of(const Value& object) { return object["metadata"]["name"].as_string(); }
std::string_view part_of(const Value& object) { return object["metadata"]["labels"][keys::kPartOf].as_string(); }

std::int32_t number_of(std::string_view text) {
  std::int32_t n = -1;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

}  // namespace

LabelPlace place_by_labels(const Value& labels) {
  return {std::string(labels[keys::kScalingGroup].as_string()), number_of(labels[keys::kSetReplicaIndex].as_string()),
          number_of(labels[keys::kScalingGroupReplicaIndex].as_string())};
}

std::string_view namespace_of(const Value& object) {
  const std::string_view text = object["metadata"]["namespace"].as_string();
  return text.empty() ? "default" : text;
}

void World::add(const Value& object, const std::shared_ptr<const void>& memory) {
  const std::string_view kind = object["kind"].as_string(), api = object["apiVersion"].as_string();
  see_times(object, 0);
  if (kind == "Lease" || kind == "Deployment") return add_operator(object);
  NamespaceWorld& space = namespaces_[std::string(namespace_of(object))];
  const std::string name(name_of(object)), set(part_of(object));
  const bool is_grove = api.starts_with("grove.io/");
  if (is_grove && kind == "PodCliqueSet") {
    set_read(Read::kSets);
    space.sets[name].set = SetFacts{decide::read_set(object, memory), object["spec"], object["metadata"]["labels"]};
  } else if (kind == "Event") {
    set_read(Read::kEvents);
    add_event(space, object);
  } else if (kind == "ResourceClaim") {
    set_read(Read::kClaims);
    space.claims[name].is_allocated = object["status"]["allocation"].is_mapping();
  } else if (set.empty()) {
    return;
  } else if (is_grove && kind == "PodCliqueScalingGroup") {
    set_read(Read::kGroups);
    space.sets[set].groups[name] = decide::read_group(object, memory);
  } else if (is_grove && kind == "PodClique") {
    set_read(Read::kCliques);
    space.sets[set].cliques[name] = decide::read_clique(object, memory);
  } else if (kind == "PodGang" && api.starts_with("scheduler.grove.io/")) {
    set_read(Read::kGangs);
    space.sets[set].gangs[name] = decide::read_gang(object, memory);
  } else if (kind == "Pod" && api == "v1") {
    set_read(Read::kPods);
    add_pod(object);
  }
}

void World::add_pod(const Value& object) {
  const Value& labels = object["metadata"]["labels"];
  const std::string clique(labels[keys::kPodClique].as_string());
  if (clique.empty()) return;
  SetWorld& set = namespaces_[std::string(namespace_of(object))].sets[std::string(part_of(object))];
  set.pods[clique].push_back(read_pod_facts(object, interner_));
  set.pod_places.try_emplace(clique, place_by_labels(labels));
}

void World::add_event(NamespaceWorld& space, const Value& object) {
  if (object["type"].as_string() != "Warning") return;
  const Value* about = object.find("involvedObject");
  if (!about) about = object.find("regarding");
  if (!about) return;
  const Value* message = object.find("message");
  Instant at = decide::parse_time(object["lastTimestamp"].as_string())
                   .value_or(decide::parse_time(object["eventTime"].as_string()).value_or(Instant{}));
  const std::string key = std::string((*about)["kind"].as_string()) + "/" + std::string((*about)["name"].as_string());
  Warning warning{std::string(object["reason"].as_string()),
                  one_line((message ? *message : object["note"]).as_string()), at};
  for (Warning& w : space.warnings[key])
    if (w.reason == warning.reason) {
      if (w.at <= warning.at) w = std::move(warning);
      return;
    }
  space.warnings[key].push_back(std::move(warning));
}

void World::add_operator(const Value& object) {
  const std::string place = std::string(namespace_of(object)) + "/" + std::string(name_of(object));
  const Value &spec = object["spec"], &status = object["status"];
  if (object["kind"].as_string() == "Lease" && name_of(object) == kOperatorLease) {
    set_read(Read::kOperator);
    operator_.lease = place;
    operator_.holder = spec["holderIdentity"].as_string();
    operator_.renewed = decide::parse_time(spec["renewTime"].as_string()).value_or(Instant{});
    operator_.lease_seconds = spec["leaseDurationSeconds"].as_int(15);
  } else if (object["kind"].as_string() == "Deployment" &&
             (name_of(object) == kOperatorName ||
              object["metadata"]["labels"][keys::kName].as_string() == kOperatorName)) {
    set_read(Read::kOperator);
    operator_.deployment = place;
    operator_.replicas = spec["replicas"].as_int(1);
    operator_.available = status["availableReplicas"].as_int();
  }
}

void World::see_times(const Value& node, int depth) {
  if (depth > kDeepestTime) return;
  if (node.is_string()) {
    const std::string_view text = node.as_string();
    if (text.size() < 20 || text.size() > 35 || text[4] != '-' || text[10] != 'T') return;
    if (std::optional<Instant> at = decide::parse_time(text)) latest_ = std::max(latest_, *at);
    return;
  }
  for (const ir::Member& m : node.members())
    if (depth != 1 || m.key != "annotations") see_times(m.value, depth + 1);
  for (const Value& item : node.items()) see_times(item, depth + 1);
}

void World::finish() {
  auto order = [](const PodFacts& a, const PodFacts& b) {
    return std::tuple(a.live->index, a.live->created, std::string_view(a.live->name)) <
           std::tuple(b.live->index, b.live->created, std::string_view(b.live->name));
  };
  for (auto& [space_name, space] : namespaces_)
    for (auto& [set_name, set] : space.sets)
      for (auto& [clique, pods] : set.pods) std::sort(pods.begin(), pods.end(), order);
}

}  // namespace grovec::status
