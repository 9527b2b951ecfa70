#include "tests/decide_world/arbitrary.h"

#include <algorithm>
#include <set>

#include "frontend/reader.h"
#include "runtime/decide/parts.h"
#include "runtime/driver/compile.h"
#include "tests/decide_world/tree_world.h"

namespace grovec::testing {

namespace {

using decide::Kind;
using ir::Value;

constexpr const char* kSets[] = {
    R"(apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: s, namespace: default}
spec:
  replicas: 2
  template:
    terminationDelay: 1m
    cliques:
    - {name: a, spec: {roleName: a, replicas: 2, minAvailable: 1, podSpec: {containers: [{name: main, image: "app:1"}]}}}
    - {name: b, spec: {roleName: b, replicas: 1, podSpec: {containers: [{name: main, image: "app:1"}]}}}
    - {name: c, spec: {roleName: c, replicas: 2, minAvailable: 1, podSpec: {containers: [{name: main, image: "app:1"}]}}}
    podCliqueScalingGroups:
    - {name: g, cliqueNames: [b, c], replicas: 2, minAvailable: 1}
)",
    R"(apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: s, namespace: default}
spec:
  replicas: 1
  updateStrategy: {type: OnDelete}
  template:
    cliqueStartupType: CliqueStartupTypeExplicit
    cliques:
    - {name: a, spec: {roleName: a, replicas: 2, minAvailable: 1, podSpec: {containers: [{name: main, image: "app:1"}]},
       autoScalingConfig: {minReplicas: 1, maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu,
       target: {type: Utilization, averageUtilization: 80}}}]}}}
    - {name: b, spec: {roleName: b, replicas: 1, startsAfter: [a], podSpec: {containers: [{name: main, image: "app:1"}]}}}
)"};

struct Subject {
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<decide::World> world;
  TreeWorld settled;

  explicit Subject(const char* text) {
    compilation = std::make_unique<driver::Compilation>();
    driver::CompileRequest request;
    request.owner_references = true;
    auto documents = driver::load_text(compilation->context, "s.yaml", text, {});
    if (!documents || !driver::compile_documents(*compilation, request, *documents) || compilation->failed())
      std::abort();
    const driver::CompiledSet& set = *compilation->sets.at(0);
    world = std::make_unique<decide::World>(set.module.desired, set.plan);
    settled.apply_set(set.module.defaulted);
    settled.settle(*world, 100);
    if (!decide::decide(*world, settled.observe(), settled.now).empty()) std::abort();
  }
};

Subject& subject(std::uint8_t n) {
  static Subject first(kSets[0]), second(kSets[1]);
  return n % 2 == 0 ? first : second;
}

// The bytes, one after the other; then zeros.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool is_empty() const { return bytes_.empty(); }
  std::uint8_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t b = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return b;
  }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }
  std::string_view text(std::size_t size) {
    size = std::min(size, bytes_.size());
    const std::string_view out(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return out;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

constexpr std::string_view kTexts[] = {"",
                                       "True",
                                       "False",
                                       "s",
                                       "s-0",
                                       "s-0-a",
                                       "s-1-a",
                                       "s-0-g",
                                       "s-0-g-0-b",
                                       "s-0-g-1-c",
                                       "0",
                                       "1",
                                       "2",
                                       "-1",
                                       "007",
                                       "99999",
                                       "Failed",
                                       "Running",
                                       "Succeeded",
                                       "s-0-a-7",
                                       "u1",
                                       "u2",
                                       "u3",
                                       "default",
                                       "Ready",
                                       "4294967295",
                                       "18446744073709551616",
                                       "{}",
                                       "s-0-a=1",
                                       "s-0-g=3",
                                       "RollingRecreate",
                                       "OnDelete",
                                       "PodScheduled",
                                       "SchedulingGated",
                                       "grove.io/v1alpha1",
                                       "PodClique",
                                       "PodCliqueSet",
                                       "PodCliqueScalingGroup",
                                       "grove-operator",
                                       "{\"s-0-a\":1}",
                                       "[",
                                       "s-0-g-4-b",
                                       "2026-07-01T12:00:00Z",
                                       "2026-07-01T11:59:58Z",
                                       "2126-01-01T00:00:00Z",
                                       "1970-01-01T00:00:00Z"};
constexpr std::int64_t kMostReplicas = 40;  // so that many worlds are decided on in a short time
constexpr std::int64_t kNumbers[] = {0,    1,          2,           3,          7,         -1,
                                     1000, 2147483647, -2147483648, 4294967296, INT64_MAX, INT64_MIN};

class Scrambler {
 public:
  Scrambler(const TreeWorld& from, Bytes& bytes) : bytes_(bytes), now_(from.now) {
    for (const auto& [key, tree] : from.objects()) objects_.push_back({key.kind, tree});
  }

  void change() {
    if (objects_.empty()) return;
    const std::size_t n = bytes_.below(objects_.size());
    auto& [kind, tree] = objects_[n];
    switch (bytes_.below(10)) {
      case 0:
        objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(n));
        return;
      case 1:
        tree = at_path(tree, {"metadata", "deletionTimestamp"}, Value::string(time()));
        return;
      case 2:
        tree = at_path(tree, {"metadata", "uid"}, text());
        return;
      case 3: {
        const auto copy = objects_[n];
        objects_.push_back(copy);
        objects_.back().second = at_path(copy.second, {"metadata", "name"}, text());
        return;
      }
      case 4:
        tree = at_path(tree, {"spec", "replicas"}, Value::integer(number()));
        return;
      case 5:
        fail(kind, tree);
        return;
      case 6:
        now_ = now_.plus(static_cast<std::int64_t>(bytes_.next()) * 16 * decide::kSecond - 600 * decide::kSecond);
        return;
      case 7: {  // something of another object
        const Value other = objects_[bytes_.below(objects_.size())].second;
        const std::string_view key = bytes_.below(2) ? "status" : "metadata";
        tree = at_path(tree, {key}, other[key]);
        return;
      }
      default:
        tree = somewhere(tree, 0);
    }
  }

  // Names are unique and uids are there, as the API server sees to.
  decide::Observed observe() {
    std::stable_sort(objects_.begin(), objects_.end(),
                     [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
    decide::Observed out;
    out.name = "s";
    out.namespace_ = "default";
    std::set<std::pair<Kind, std::string_view>> names;
    for (auto& [kind, tree] : objects_) {
      const Value& replicas = tree["spec"]["replicas"];
      if (replicas.is_int() && replicas.as_int() > kMostReplicas)
        tree = at_path(tree, {"spec", "replicas"}, Value::integer(kMostReplicas));
      if (tree["metadata"]["uid"].as_string().empty()) tree = at_path(tree, {"metadata", "uid"}, Value::string("x"));
      const std::string_view name = tree["metadata"]["name"].as_string();
      if (name.empty() || !names.insert({kind, name}).second) continue;
      add(out, kind, tree, name);
    }
    out.failed = std::move(failed_);
    std::sort(out.failed.begin(), out.failed.end(),
              [](const auto& a, const auto& b) { return std::tie(a.key, a.verb) < std::tie(b.key, b.verb); });
    return out;
  }
  Instant now() const { return now_; }

 private:
  using Item = std::pair<Kind, Value>;

  static std::pair<Kind, std::string_view> key_of(const Item& item) {
    return {item.first, item.second["metadata"]["name"].as_string()};
  }

  template <class Live>
  void take(std::vector<const Live*>& list, std::shared_ptr<const Live> live) {
    list.push_back(live.get());
    held_.push_back(std::move(live));
  }
  void add(decide::Observed& out, Kind kind, const Value& tree, std::string_view name) {
    if (kind == Kind::kPodCliqueSet) {
      if (name != "s") return;
      auto set = decide::read_set(tree, nullptr);
      out.set = set.get();
      held_.push_back(std::move(set));
    } else if (kind == Kind::kPodCliqueScalingGroup) {
      take(out.groups, decide::read_group(tree, nullptr));
    } else if (kind == Kind::kPodClique) {
      take(out.cliques, decide::read_clique(tree, nullptr));
    } else if (kind == Kind::kPodGang) {
      take(out.gangs, decide::read_gang(tree, nullptr));
    } else if (kind == Kind::kPod) {
      take(out.pods, decide::read_pod(tree, interner_));
    } else {
      take(out.objects, decide::read_object(kind, tree, nullptr));
    }
  }

  void fail(Kind kind, const Value& tree) {
    decide::FailedWrite f;
    f.verb = static_cast<decide::Verb>(bytes_.below(4));
    f.key = {kind, std::string(tree["metadata"]["name"].as_string())};
    constexpr int kCodes[] = {0, 403, 404, 409, 422, 429, 500, 503};
    f.code = kCodes[bytes_.below(8)];
    f.count = 1u + bytes_.next();
    f.at = now_.plus(-static_cast<std::int64_t>(bytes_.next()) * decide::kSecond);
    f.lacks = bytes_.below(2);
    const bool is_new = std::none_of(failed_.begin(), failed_.end(),
                                     [&](const auto& other) { return other.key == f.key && other.verb == f.verb; });
    if (is_new) failed_.push_back(std::move(f));
  }

  std::string_view time() {
    return arena_.copy(
        decide::time_text(now_.plus((static_cast<std::int64_t>(bytes_.next()) - 128) * decide::kSecond)));
  }
  Value text() {
    const std::uint8_t b = bytes_.next();
    if (b < 200) return Value::string(kTexts[b % std::size(kTexts)]);
    if (b < 230) return Value::string(time());
    return Value::string(arena_.copy(bytes_.text(b - 229)));
  }
  std::int64_t number() {
    const std::uint8_t b = bytes_.next();
    return b < 128 ? b : kNumbers[b % std::size(kNumbers)];
  }
  Value anything(int depth) {
    switch (bytes_.below(depth > 3 ? 5 : 7)) {
      case 0:
        return Value::null();
      case 1:
        return Value::boolean(bytes_.below(2));
      case 2:
        return Value::integer(number());
      case 3:
      case 4:
        return text();
      case 5: {
        std::vector<Value> items;
        for (std::size_t n = bytes_.below(4); n > 0; --n) items.push_back(anything(depth + 1));
        return ir::make_sequence(arena_, items);
      }
      default: {
        ir::MappingBuilder out(arena_);
        for (std::size_t n = bytes_.below(4); n > 0; --n) {
          const std::string_view key = text().as_string();
          out.set(key, anything(depth + 1));
        }
        return out.build();
      }
    }
  }

  // Follows the bytes down the tree; there it changes, adds or takes something.
  Value somewhere(const Value& v, int depth) {
    const bool is_leaf = (!v.is_mapping() && !v.is_sequence()) || v.size() == 0;
    if (is_leaf || (depth > 0 && bytes_.below(6) == 0)) return anything(0);
    const std::size_t n = bytes_.below(v.size() + (depth > 0));
    const bool goes = depth > 0 && bytes_.below(8) == 0;
    if (v.is_mapping()) {
      ir::MappingBuilder out(arena_, v);
      if (n == v.size()) return out.set(text().as_string(), anything(0)).build();
      const ir::Member& m = v.members()[n];
      if (goes) return out.remove(m.key).build();
      return out.set(m.key, somewhere(m.value, depth + 1)).build();
    }
    std::vector<Value> items(v.items().begin(), v.items().end());
    if (n == items.size())
      items.push_back(items[bytes_.below(items.size())]);
    else if (goes)
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(n));
    else
      items[n] = somewhere(items[n], depth + 1);
    return ir::make_sequence(arena_, items);
  }

  Value at_path(const Value& v, std::vector<std::string_view> path, const Value& leaf) {
    if (path.empty()) return leaf;
    const std::string_view key = path.front();
    path.erase(path.begin());
    return ir::MappingBuilder(arena_, v).set(key, at_path(v[key], path, leaf)).build();
  }

  Bytes& bytes_;
  Arena arena_;
  decide::Interner interner_;
  std::vector<Item> objects_;
  std::vector<std::shared_ptr<const void>> held_;
  std::vector<decide::FailedWrite> failed_;
  Instant now_;
};

// The uid of what was observed under a key; null if nothing was.
const std::string* uid_of(const decide::Observed& o, const decide::ObjectKey& key) {
  const auto in = [&](const auto& list) -> const std::string* {
    for (const auto* live : list)
      if (live->meta.name == key.name) return &live->meta.uid;
    return nullptr;
  };
  switch (key.kind) {
    case Kind::kPodCliqueSet:
      return o.set && o.set->meta.name == key.name ? &o.set->meta.uid : nullptr;
    case Kind::kPodCliqueScalingGroup:
      return in(o.groups);
    case Kind::kPodClique:
      return in(o.cliques);
    case Kind::kPodGang:
      return in(o.gangs);
    case Kind::kPod:
      for (const decide::LivePod* pod : o.pods)
        if (pod->name == key.name) return &pod->uid;
      return nullptr;
    default:
      for (const decide::LiveObject* live : o.objects)
        if (live->kind == key.kind && live->meta.name == key.name) return &live->meta.uid;
      return nullptr;
  }
}

std::string find_wrong(const decide::World& world, const decide::Observed& o, const decide::Action& a) {
  const std::string on =
      std::string(decide::name_of(a.verb)) + " " + std::string(ir::info_of(a.key.kind).kind) + " " + a.key.name + ": ";
  const std::string* uid = uid_of(o, a.key);
  if (a.key.name.empty()) return on + "it has no name";
  if (a.verb != decide::Verb::kCreate) {
    if (a.uid.empty()) return on + "it has no uid";
    return uid && *uid == a.uid ? "" : on + "it has the uid of nothing that was observed";
  }
  if (uid) return on + "it is there";
  if (a.source.from == decide::Source::From::kClique) return {};  // its PodClique may be made in the same decision
  Arena arena;
  return decide::body_of(world, a, nullptr, arena).is_mapping() ? "" : on + "it has no body";
}

}  // namespace

std::string decide_on_bytes(std::span<const std::uint8_t> bytes) {
  Bytes in(bytes);
  Subject& of = subject(in.next());
  Scrambler scrambler(of.settled, in);
  constexpr int kMostChanges = 64;
  for (int n = 0; n < kMostChanges && !in.is_empty(); ++n) scrambler.change();
  const decide::Observed observed = scrambler.observe();
  const Instant now = scrambler.now();
  const auto decide_anew = [&] {
    return observed.set ? decide::decide(*of.world, observed, now) : decide::decide_leftovers(observed, now);
  };
  const decide::Decision decision = decide_anew();
  bool acts = !decision.events.empty();
  for (const decide::Step& step : decision.steps)
    for (const decide::Action& a : step) {
      acts = true;
      if (std::string wrong = find_wrong(*of.world, observed, a); !wrong.empty()) return wrong;
    }
  if (decision.next_look && *decision.next_look <= now && !acts)
    return "a look is due at once, and there is nothing to do";
  if (!equal(decision, decide_anew())) return "the same world gets another decision";
  if (!observed.set) return {};
  decide::Parts parts;
  for (int n = 0; n < 2; ++n)
    if (!equal(decision, parts.decide(*of.world, observed, now))) return "by parts the decision is another one";
  return {};
}

}  // namespace grovec::testing
