#include "tests/simulator/people.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "ir/value/json.h"
#include "passes/pipeline.h"
#include "runtime/driver/surroundings.h"
#include "runtime/simulate/kubelet.h"
#include "runtime/simulate/patch.h"
#include "tests/simulator/pod_by_hand.h"

namespace grovec::simulator {

using namespace ir;
using simulate::Answer;
using simulate::Node;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Outcome outcome_of(const Answer& answer) { return {answer.ok(), answer.message}; }

// Without what the server keeps and writes itself.
Value submitted(Arena& arena, const Value& tree) {
  MappingBuilder metadata(arena, tree["metadata"]);
  for (const std::string_view key : {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
                                     "finalizers", "ownerReferences"})
    metadata.remove(key);
  return MappingBuilder(arena, tree).remove("status").set("metadata", metadata.build()).build();
}

}  // namespace

Value read_json_text(Context& context, const std::string& text) {
  const SourceId source = context.sources.add("step", text);
  return read_json(context, source, 0, static_cast<std::uint32_t>(text.size())).value_or(Value());
}

ObjectPtr People::find_pod(const std::string& alias) const {
  const std::string name = aliases_.name_behind(alias);
  const ObjectPtr pod = cluster_.store.find({Kind::kPod, namespace_, name.empty() ? alias : name});
  if (!pod) return nullptr;
  const std::string uid = aliases_.uid_behind(alias);
  return uid.empty() || pod->uid == uid ? pod : nullptr;
}

ObjectPtr People::find(const Step& step) const {
  const std::optional<Kind> kind = simulate::kind_on_command_line(step.kind_word);
  if (!kind) return nullptr;
  if (*kind == Kind::kPod) return find_pod(step.object);
  return cluster_.store.find({*kind, namespace_, step.object});
}

void People::changed(const simulate::Change& change) {
  if (!change.after || change.after->key.kind != Kind::kPod) return;
  const std::string_view node = change.after->spec()["nodeName"].as_string();
  if (!node.empty()) node_of_[change.after->uid] = node;
}

std::string People::with_nodes(const std::string& text) const {
  static const std::regex kNode("(?:the )?<?node of ([^ >,]+#\\d+)>?");
  std::string out, rest = text;
  for (std::smatch m; std::regex_search(rest, m, kNode); rest = m.suffix()) {
    const auto known = node_of_.find(aliases_.uid_behind(m[1].str()));
    out += m.prefix().str() + (known == node_of_.end() ? m[0].str() : known->second);
  }
  return out + rest;
}

Outcome People::act(const Step& step) {
  switch (step.kind) {
    case StepKind::kCreate:
      return create(step);
    case StepKind::kScale:
      return scale(step);
    case StepKind::kPatch:
      return patch(step);
    case StepKind::kMetadata:
      return metadata(step);
    case StepKind::kReorder:
      return reorder(step);
    case StepKind::kDelete:
    case StepKind::kEvict:
      return remove(step);
    case StepKind::kCordon:
      return cordon(step, true);
    case StepKind::kUncordon:
      return cordon(step, false);
    case StepKind::kUncordonSome:
      return uncordon_some(step.number);
    case StepKind::kNodes:
      return set_nodes(step);
    case StepKind::kPodStatus:
      return pod_status(step);
    case StepKind::kBehaviour:
      return behaviour(step);
    default:
      return {false, "nobody does that"};
  }
}

Outcome People::create_set(const Value& manifest) {
  Arena arena;
  const simulate::Part own(manifest);  // without places: they are another context's
  Value named = own.root();
  if (manifest["metadata"]["namespace"].as_string().empty())
    named = simulate::with_member(arena, named, {"metadata", "namespace"}, Value::string("default"));
  const Submission submission = submit(named, nullptr, surroundings_);
  if (!submission.accepted) return {false, submission.message};
  namespace_ = named["metadata"]["namespace"].as_string();
  set_ = named["metadata"]["name"].as_string();
  const Answer answer = cluster_.store.create(submission.stored.root(), cluster_.now);
  if (!answer.ok()) return outcome_of(answer);
  const simulate::WorldPtr world = make_compiler(surroundings_)(*answer.object);
  if (world) pods_of_template_ = totals_of(ir::World(world->desired(), ir::Population(world->set()))).pods;
  return {};
}

Outcome People::create(const Step& step) {
  const std::string path = folder_ + "/" + step.text;
  // Whatever bindings and claim templates point at stays with the surroundings.
  Result<std::vector<driver::LoadedDocument>> documents =
      driver::load_text(surroundings_.context, path, read_file(path), {});
  if (!documents) return {false, documents.error().message};
  const Result<Done> read =
      driver::read_surroundings(surroundings_.context, {}, "", *documents, "default", surroundings_.facts);
  if (!read) return {false, read.error().message};
  if (documents->empty()) return {false, "there is nothing in " + step.text};
  for (const driver::LoadedDocument& d : *documents) {
    const Outcome outcome = d.kind == driver::DocumentKind::kSet
                                ? create_set(d.document.root)
                                : outcome_of(cluster_.store.create(d.document.root, cluster_.now));
    if (!outcome.done) return outcome;
  }
  return {};
}

Outcome People::scale(const Step& step) {
  const ObjectPtr object = find(step);
  if (!object) return {false, "not found"};
  return outcome_of(cluster_.store.scale(object->key, step.number, cluster_.now));
}

Outcome People::update_set(const ObjectPtr& before, const Value& after, bool expect_refusal) {
  if (cluster_.operator_ && !cluster_.operator_->is_running())
    return {false, "failed calling webhook: connect: connection refused"};
  Arena arena;
  const Value old_tree = simulate::tree_of(*before, arena);
  const Value old = submitted(arena, old_tree), fresh = submitted(arena, after);
  const Submission submission = submit(fresh, &old, surroundings_);
  if (!submission.accepted) return {false, submission.message};
  if (expect_refusal) return {false, "the recording says that this is refused, and nothing here would refuse it"};
  Value whole = MappingBuilder(arena, after).set("spec", submission.stored["spec"]).build();
  for (const std::string_view key : {"labels", "annotations"})
    whole = simulate::with_member(arena, whole, {"metadata", key}, submission.stored["metadata"][key]);
  return outcome_of(cluster_.store.update(before->key, whole, {}, cluster_.now));
}

Outcome People::patch(const Step& step) {
  const ObjectPtr object = find(step);
  if (!object) return {false, "not found"};
  Context context;
  const Value patch = read_json_text(context, with_nodes(step.text));
  const Value before = simulate::tree_of(*object, context.arena);
  std::string problem;
  const std::optional<Value> after = step.merge ? simulate::apply_merge_patch(context.arena, before, patch)
                                                : simulate::apply_json_patch(context.arena, before, patch, problem);
  if (!after) return {false, problem};
  if (object->key.kind == Kind::kPodCliqueSet) return update_set(object, *after, step.refused);
  return outcome_of(cluster_.store.update(object->key, *after, {}, cluster_.now));
}

Outcome People::metadata(const Step& step) {
  const ObjectPtr object = find(step);
  if (!object) return {false, "not found"};
  Arena arena;
  const bool removes = step.text.ends_with('-') && step.text.find('=') == std::string::npos;
  const std::size_t equals = removes ? step.text.size() - 1 : step.text.find('=');
  const std::string key = step.text.substr(0, equals), text = removes ? "" : step.text.substr(equals + 1);
  const Value tree = simulate::tree_of(*object, arena);
  const std::string_view list = step.merge ? "labels" : "annotations";
  MappingBuilder changed(arena, tree["metadata"][list]);
  if (removes)
    changed.remove(key);
  else
    changed.set(key, Value::string(text));
  const Value after = simulate::with_member(arena, tree, {"metadata", list}, changed.build());
  if (object->key.kind == Kind::kPodCliqueSet) return update_set(object, after, step.refused);
  return outcome_of(cluster_.store.update(object->key, after, {}, cluster_.now));
}

std::vector<Value> cliques_in_order(const simulate::Object& set, const std::string& names) {
  std::vector<Value> out;
  std::istringstream list(names);
  std::string name;
  while (std::getline(list, name, ',')) {
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    for (const Value& clique : set.spec().find("template", "cliques")->items())
      if (clique["name"].as_string() == name) out.push_back(clique);
  }
  return out;
}

Outcome People::reorder(const Step& step) {
  const ObjectPtr set = cluster_.store.find({Kind::kPodCliqueSet, namespace_, set_});
  if (!set) return {false, "not found"};
  Arena arena;
  const Value tree = simulate::tree_of(*set, arena);
  return update_set(set,
                    simulate::with_member(arena, tree, {"spec", "template", "cliques"},
                                          make_sequence(arena, cliques_in_order(*set, step.text))),
                    step.refused);
}

Outcome People::remove(const Step& step) {
  const ObjectPtr object = find(step);
  if (!object) return {true, "it is not there"};
  return outcome_of(cluster_.store.remove(object->key, {}, cluster_.now));
}

Outcome People::cordon(const Step& step, bool cordoned) {
  const std::string uid = aliases_.uid_behind(step.object);
  const auto known = node_of_.find(uid);
  if (!step.object.empty() && known == node_of_.end()) return {true, "it is on no node"};
  for (Node& node : cluster_.environment.nodes())
    if (step.object.empty() || node.name == known->second) node.cordoned = cordoned;
  cluster_.environment.look_again(cluster_.store, cluster_.now);
  return {};
}

Outcome People::uncordon_some(std::int64_t nodes) {
  for (Node& node : cluster_.environment.nodes())
    if (nodes > 0 && node.cordoned) {
      node.cordoned = false;
      --nodes;
    }
  cluster_.environment.look_again(cluster_.store, cluster_.now);
  return nodes == 0 ? Outcome{} : Outcome{false, "so many nodes are not cordoned"};
}

Outcome People::set_nodes(const Step& step) {
  std::vector<Node>& nodes = cluster_.environment.nodes();
  nodes.clear();
  const std::int64_t cordoned = std::stoll(step.text);
  for (std::int64_t n = 0; n < step.number; ++n)
    nodes.push_back({"node-" + std::to_string(n), "pool", n >= step.number - cordoned, 1});
  cluster_.environment.look_again(cluster_.store, cluster_.now);
  return {};
}

Outcome People::pod_status(const Step& step) {
  const ObjectPtr pod = find_pod(step.object);
  if (!pod) return {true, "it is not there"};
  Arena arena;
  const std::optional<Value> status = status_by_hand(arena, *pod, step.text, cluster_.now);
  if (!status) return {false, "nobody understands that status"};
  cluster_.environment.leave_alone(pod->uid);
  Object after = *pod;
  after.status = simulate::Part(*status);
  return outcome_of(cluster_.store.write(pod, std::move(after)));
}

Outcome People::behaviour(const Step& step) {
  static const std::regex kReady("become ready after ([0-9.]+) s"), kCrash("crash (\\d+) times?(?:, .*)?");
  simulate::Behaviour& behaviour = cluster_.environment.behaviours()[step.object];
  std::smatch m;
  if (std::regex_match(step.text, m, kReady))
    behaviour.ready_after = static_cast<std::int64_t>(std::stod(m[1].str()) * 1000);
  else if (std::regex_match(step.text, m, kCrash))
    behaviour.crashes = static_cast<std::uint32_t>(std::stoul(m[1].str()));
  else
    return {false, "nobody understands that behaviour"};
  cluster_.environment.look_again(cluster_.store, cluster_.now);
  return {};
}

}  // namespace grovec::simulator
