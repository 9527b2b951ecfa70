#include "tests/simulator/expectations.h"

#include <algorithm>
#include <functional>
#include <regex>
#include <vector>

#include "ir/labels.h"

namespace grovec::simulator {

namespace keys = ir::keys;
using simulate::Change;
using simulate::Instant;
using simulate::Key;
using simulate::Kind;
using simulate::Object;
using simulate::ObjectPtr;
using simulate::Store;

void Witness::changed(const Change& change, Instant now) {
  levels_.changed(change);
  if (!change.after) return;
  const auto* pod = change.after->as<decide::LivePod>();
  if (pod && pod->ready) first_ready_.try_emplace(change.after->uid, now);
}

void Witness::remember(const std::string& name, const Store& store) {
  std::set<std::string>& uids = remembered_[name];
  uids.clear();
  for (const ObjectPtr& pod : store.all(Kind::kPod))
    if (!pod->is_terminating()) uids.insert(pod->uid);
}

const std::set<std::string>* Witness::remembered(const std::string& name) const {
  const auto found = remembered_.find(name);
  return found == remembered_.end() ? nullptr : &found->second;
}

std::optional<Instant> Witness::first_ready(const std::string& uid) const {
  const auto found = first_ready_.find(uid);
  return found == first_ready_.end() ? std::nullopt : std::optional(found->second);
}

namespace {

struct World {
  const Store& store;
  const Key& set;
  const Witness& witness;
};

// Of a PodClique, a group, a group replica, a set replica or everything (empty): by the name of the pod's PodClique.
bool is_of(const Object& pod, const std::string& name) {
  const std::string_view clique = pod.label(keys::kPodClique);
  return name.empty() || clique == name || (clique.starts_with(name) && clique.substr(name.size()).starts_with("-"));
}

std::vector<const Object*> pods_of(const World& w, const std::string& name) {
  std::vector<const Object*> out;
  for (const ObjectPtr& pod : w.store.all(Kind::kPod))
    if (!pod->is_terminating() && is_of(*pod, name)) out.push_back(pod.get());
  return out;
}

bool has_image(const Object& pod, const std::string& image) {
  for (const ir::Value& c : pod.spec()["containers"].items())
    if (c["image"].as_string() == image) return true;
  return false;
}

std::string number_is(std::int64_t want, std::int64_t got, const std::string& what) {
  if (want == got) return {};
  return "there are " + std::to_string(got) + " " + what + ", not " + std::to_string(want);
}

std::string count_pods(const World& w, const std::smatch& m) {
  const std::string state = m[2], of = m[3];
  std::int64_t n = 0;
  for (const Object* pod : pods_of(w, of)) {
    const auto& live = *pod->as<decide::LivePod>();
    n += state == "pod" || state == "pods" || (state == "ready" && live.ready) ||
         (state == "scheduled" && live.has_node) || (state == "pending" && !live.has_node) ||
         (state == "gated" && live.gated);
  }
  return number_is(std::stoll(m[1].str()), n, state + (of.empty() ? "" : " of " + of));
}

std::string count_images(const World& w, const std::smatch& m) {
  std::int64_t n = 0;
  for (const Object* pod : pods_of(w, m[2])) n += has_image(*pod, m[3]);
  return number_is(std::stoll(m[1].str()), n, "pods with image " + m[3].str());
}

std::string count_left(const World& w, const std::smatch& m, bool all) {
  const std::string name = m[1], of = m[2];
  const std::set<std::string>* uids = w.witness.remembered(name);
  if (!uids) return "nobody has remembered pods as " + name;
  std::size_t left = 0;
  for (const Object* pod : pods_of(w, of)) left += uids->contains(pod->uid);
  const std::size_t now = pods_of(w, of).size();
  if (all)
    return left == now && left > 0
               ? ""
               : "of " + std::to_string(now) + " pods only " + std::to_string(left) + " are of " + name;
  return left == 0 ? "" : std::to_string(left) + " pods of " + name + " are left";
}

std::string is_before(const World& w, const std::smatch& m) {
  const std::string first = m[2], second = m[3];
  std::vector<Instant> of_first;
  for (const Object* pod : pods_of(w, first)) {
    const std::optional<Instant> at = w.witness.first_ready(pod->uid);
    if (!at) return "a pod of " + first + " was never ready";
    of_first.push_back(*at);
  }
  std::sort(of_first.begin(), of_first.end());
  const std::size_t need = m[1] == "every pod" ? of_first.size() : std::stoul(m[1].str());
  if (need == 0 || need > of_first.size())
    return "there are only " + std::to_string(of_first.size()) + " pods of " + first;
  for (const Object* pod : pods_of(w, second)) {
    const std::optional<Instant> at = w.witness.first_ready(pod->uid);
    if (!at) return "a pod of " + second + " was never ready";
    if (*at <= of_first[need - 1]) return pod->key.name + " was ready before";
  }
  return {};
}

std::string at_most(const World& w, const std::smatch& m) {
  const std::string what = m[2], of = m[3];
  const Levels& levels = w.witness.levels();
  const std::uint32_t n = what.starts_with("pod")       ? levels.most_pods(of)
                          : what.starts_with("replica") ? levels.most_group_replicas(of)
                                                        : levels.most_set_replicas();
  return n <= std::stoul(m[1].str()) ? "" : std::to_string(n) + " were down at once";
}

std::string count_objects(const World& w, const std::smatch& m) {
  const std::optional<Kind> kind = simulate::kind_on_command_line(m[2].str());
  if (!kind) return "nobody knows " + m[2].str();
  return number_is(std::stoll(m[1].str()), static_cast<std::int64_t>(w.store.all(*kind).size()), m[2]);
}

std::string has_ended(const World& w, bool wanted) {
  const ObjectPtr set = w.store.find(w.set);
  const auto* live = set ? set->as<decide::LiveSet>() : nullptr;
  if (!live) return "there is no set";
  const bool ended = live->status.update && live->status.update->ended &&
                     live->status.observed_generation.value_or(0) >= set->generation;
  return ended == wanted ? "" : ended ? "it has ended" : "it has not ended";
}

std::string status_number(const World& w, const std::smatch& m) {
  const std::optional<Kind> kind = simulate::kind_on_command_line(m[2].str());
  const ObjectPtr object = kind ? w.store.find({*kind, w.set.namespace_, m[3]}) : nullptr;
  if (!object) return "there is no " + m[2].str() + " " + m[3].str();
  return number_is(std::stoll(m[4].str()), object->status[m[1].str()].as_int(), m[1]);
}

using Check = std::function<std::string(const World&, const std::smatch&)>;
struct Sentence {
  std::regex pattern;
  Check check;
};

const std::vector<Sentence>& sentences() {
  static const std::vector<Sentence> kAll = {
      {std::regex("(\\d+) pods?(?: of (\\S+))? with image (\\S+)"), count_images},
      {std::regex("(\\d+) (pods?|ready|scheduled|pending|gated)(?: of (\\S+))?"), count_pods},
      {std::regex("(\\d+) pods of (\\S+) are left"),
       [](const World& w, const std::smatch& m) {
         const std::set<std::string>* uids = w.witness.remembered(m[2]);
         if (!uids) return "nobody has remembered pods as " + m[2].str();
         std::int64_t left = 0;
         for (const Object* pod : pods_of(w, "")) left += uids->contains(pod->uid);
         return number_is(std::stoll(m[1].str()), left, "pods of " + m[2].str());
       }},
      {std::regex("(\\d+) pods? on (\\S+)"),
       [](const World& w, const std::smatch& m) {
         std::int64_t n = 0;
         for (const Object* pod : pods_of(w, "")) n += pod->spec()["nodeName"].as_string() == m[2].str();
         return number_is(std::stoll(m[1].str()), n, "pods on " + m[2].str());
       }},
      {std::regex("no pod of (\\S+) is left(?: of (\\S+))?"),
       [](const World& w, const std::smatch& m) { return count_left(w, m, false); }},
      {std::regex("every pod is one of (\\S+)(?: of (\\S+))?"),
       [](const World& w, const std::smatch& m) { return count_left(w, m, true); }},
      {std::regex("(every pod|\\d+) of (\\S+) ready before any of (\\S+)"), is_before},
      {std::regex("at most (\\d+) (pods?|replicas?|set replicas?)(?: of (\\S+))? down at once"), at_most},
      {std::regex("the update has ended"), [](const World& w, const std::smatch&) { return has_ended(w, true); }},
      {std::regex("the update has not ended"), [](const World& w, const std::smatch&) { return has_ended(w, false); }},
      {std::regex("status\\.(\\w+) of (\\S+) (\\S+) is (\\d+)"), status_number},
      {std::regex("(\\d+) objects? of kind (\\S+)"), count_objects},
      {std::regex("no object is left"),
       [](const World& w, const std::smatch&) {
         return number_is(0, static_cast<std::int64_t>(w.store.size()), "objects");
       }},
      {std::regex("everything is settled"),
       [](const World& w, const std::smatch&) { return find_unsettled(w.store, w.set); }},
  };
  return kAll;
}

std::string check_one(const std::string& sentence, const World& w) {
  std::smatch m;
  for (const Sentence& s : sentences())
    if (std::regex_match(sentence, m, s.pattern)) return s.check(w, m);
  return "nobody understands it";
}

}  // namespace

std::string find_untrue(const std::string& text, const Store& store, const Key& set, const Witness& witness) {
  const World world{store, set, witness};
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(", ", at), text.size());
    const std::string sentence = text.substr(at, comma - at);
    if (const std::string problem = check_one(sentence, world); !problem.empty())
      return "`" + sentence + "`: " + problem;
    at = comma + 2;
  }
  return {};
}

namespace {

std::string unsettled_clique(const Object& object, std::uint64_t& pods) {
  const auto& live = *object.as<decide::LiveClique>();
  const decide::CliqueStatus& s = live.status;
  pods += static_cast<std::uint64_t>(live.replicas);
  if (s.observed_generation.value_or(0) != object.generation) return object.key.name + ": observedGeneration is behind";
  if (s.ready != live.replicas || s.updated != live.replicas)
    return object.key.name + ": not all are ready and updated";
  return s.last_errors.empty() ? "" : object.key.name + ": lastErrors";
}

std::string unsettled_set(const Object& object) {
  const auto& live = *object.as<decide::LiveSet>();
  const decide::SetStatus& s = live.status;
  if (s.observed_generation.value_or(0) != object.generation) return "the set: observedGeneration is behind";
  if (s.replicas != live.replicas || s.available != live.replicas || s.updated != live.replicas)
    return "the set: not all replicas are available and updated";
  if (s.update &&
      (s.update->updated_cliques > s.update->total_cliques || s.update->updated_groups > s.update->total_groups))
    return "the set: more is updated than there is";
  return s.last_errors.empty() ? "" : "the set: lastErrors";
}

}  // namespace

std::string find_unsettled(const Store& store, const Key& key) {
  const ObjectPtr set = store.find(key);
  if (!set) return "there is no set";
  const std::int32_t replicas = set->as<decide::LiveSet>()->replicas;
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k))) {
      if (object->is_terminating()) return object->key.name + " is being deleted";
      const std::string index(object->label(keys::kSetReplicaIndex));
      if (!index.empty() && std::stol(index) >= replicas) return object->key.name + " belongs to no set replica";
    }
  if (std::string problem = unsettled_set(*set); !problem.empty()) return problem;
  std::uint64_t pods = 0;
  for (const ObjectPtr& clique : store.all(Kind::kPodClique))
    if (std::string problem = unsettled_clique(*clique, pods); !problem.empty()) return problem;
  return number_is(static_cast<std::int64_t>(pods), static_cast<std::int64_t>(store.all(Kind::kPod).size()), "pods");
}

}  // namespace grovec::simulator
