// decide_world FOLDER: settles the set of FOLDER/set.yaml (or FOLDER/old.yaml), changes what FOLDER/world.yaml says,
// and prints what `decide` says then. See tests/golden/decide/README.md.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "frontend/reader.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"
#include "runtime/decide/patch.h"
#include "runtime/driver/compile.h"
#include "tests/decide_world/tree_world.h"

namespace grovec::testing {
namespace {

using decide::Kind;
using ir::Value;

struct Compiled {
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<driver::CompiledSet> stored;  // of with_now.yaml: what lives is not admitted again
  std::unique_ptr<decide::World> world;
  Value tree;
};

// The same set, which has been admitted already, in other surroundings.
void compile_again(Compiled& out) {
  const driver::CompiledSet& first = *out.compilation->sets.at(0);
  const Value& stored = first.module.defaulted;
  auto again = driver::compile_set(first.module.context, stored, first.environment.facts,
                                   {.owner_references = true, .old = &stored});
  if (!again || !(*again)->is_planned) {
    std::cerr << "decide_world: what lives does not compile with with_now.yaml\n";
    std::exit(2);
  }
  out.stored = std::move(*again);
  out.world = std::make_unique<decide::World>(out.stored->module.desired, out.stored->plan);
  out.tree = stored;
}

Compiled compile(const std::string& folder, const std::string& name, bool is_now = false) {
  driver::CompileRequest request;
  request.operands = {folder + "/" + name};
  request.owner_references = true;
  const bool is_again = is_now && std::filesystem::exists(folder + "/with_now.yaml");
  if (std::filesystem::exists(folder + "/with.yaml")) request.with = {folder + "/with.yaml"};
  if (is_again) request.with = {folder + "/with_now.yaml"};
  if (std::filesystem::exists(folder + "/operator.yaml")) request.operator_config = folder + "/operator.yaml";
  auto result = driver::compile(request);
  Compiled out;
  if (is_again && result && !(*result)->sets.empty()) {
    out.compilation = std::move(*result);
    compile_again(out);
    return out;
  }
  if (!result || (*result)->failed()) {
    std::cerr << "decide_world: " << name << " does not compile\n";
    std::exit(2);
  }
  out.compilation = std::move(*result);
  const driver::CompiledSet& set = *out.compilation->sets.at(0);
  out.world = std::make_unique<decide::World>(set.module.desired, set.plan);
  out.tree = set.module.defaulted;
  return out;
}

// "@-5s" is a time before (or "@+5s" behind) the instant of the world.
Value with_times(Arena& a, const Value& v, Instant now) {
  if (v.is_string() && v.as_string().size() > 2 && v.as_string()[0] == '@') {
    const int seconds = std::atoi(std::string(v.as_string().substr(1)).c_str());
    return Value::string(a.copy(decide::time_text(now.plus(seconds * decide::kSecond))));
  }
  if (v.is_sequence()) {
    std::vector<Value> items;
    for (const Value& i : v.items()) items.push_back(with_times(a, i, now));
    return ir::make_sequence(a, items);
  }
  if (!v.is_mapping()) return v;
  ir::MappingBuilder b(a);
  for (const ir::Member& m : v.members()) b.set(m.key, with_times(a, m.value, now));
  return b.build();
}

Value read(Context& context, const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  const SourceId source = context.sources.add(path, text.str());
  const auto documents = frontend::read_documents(context, source);
  if (context.diags.errors() > 0 || documents.empty()) {
    std::cerr << "decide_world: cannot read " << path << "\n";
    std::exit(2);
  }
  return documents[0].root;
}

// States of a pod by name, so that a world says what is the case and not how a kubelet would put it.
Value pod_state(Arena& a, std::string_view is, Instant now) {
  ir::MappingBuilder status(a);
  auto conditions = [&](std::string_view scheduled, std::string_view reason, std::string_view ready) {
    std::vector<Value> list;
    for (auto [type, value, why] :
         {std::tuple{"PodScheduled", scheduled, reason}, std::tuple{"Ready", ready, std::string_view()}}) {
      ir::MappingBuilder b(a);
      b.set("type", Value::string(type)).set("status", Value::string(value));
      if (!why.empty()) b.set("reason", Value::string(why));
      b.set("lastTransitionTime", Value::string(a.copy(decide::time_text(now))));
      list.push_back(b.build());
    }
    status.set("conditions", ir::make_sequence(a, list));
  };
  auto container = [&](bool ready, bool started, int exit_code) {
    ir::MappingBuilder b(a);
    b.set("name", Value::string("main")).set("ready", Value::boolean(ready)).set("started", Value::boolean(started));
    if (exit_code) b.set("lastState", decide::nest(a, {"terminated", "exitCode"}, Value::integer(exit_code)));
    const Value one[] = {b.build()};
    status.set("containerStatuses", ir::make_sequence(a, one));
  };
  conditions("True", "", is == "ready" || is == "restarted" ? "True" : "False");
  status.set("phase", Value::string("Running"));
  if (is == "ready") container(true, true, 0);
  if (is == "restarted") container(true, true, 1);
  if (is == "not-ready") container(false, true, 0);
  if (is == "starting") container(false, false, 0);
  if (is == "crashing") container(false, false, 1);
  if (is == "failed") status.set("phase", Value::string("Failed"));
  if (is == "succeeded") status.set("phase", Value::string("Succeeded"));
  if (is == "pending" || is == "gated") {
    conditions("False", is == "gated" ? "SchedulingGated" : "Unschedulable", "False");
    status.set("phase", Value::string("Pending"));
  }
  return status.build();
}

void be(TreeWorld& world, const ObjectKey& key, std::string_view is) {
  Arena& a = world.arena();
  if (is == "marked") return world.mark(key);
  if (is == "gone") return world.remove(key);
  ir::MappingBuilder patch(a);
  patch.set("status", pod_state(a, is, world.now));
  ir::MappingBuilder clear(a);
  if (is == "pending" || is == "gated") {
    ir::MappingBuilder spec(a);
    spec.set("nodeName", Value::null());
    if (is == "gated") {
      const Value gate[] = {decide::nest(a, {"name"}, Value::string("grove.io/podgang-pending-creation"))};
      spec.set("schedulingGates", ir::make_sequence(a, gate));
    }
    patch.set("spec", spec.build());
  }
  // The status as a whole, not merged into the old one.
  world.patch(key, decide::nest(a, {"status"}, Value::null()));
  world.patch(key, patch.build());
}

void change(TreeWorld& world, const Value& c) {
  if (const Value* object = c.find("add")) return world.put(*object);
  const std::string name(c["object"].as_string());
  const std::size_t slash = name.find('/');
  ObjectKey key;
  if (!world.find(name.substr(0, slash), name.substr(slash + 1), key)) {
    std::cerr << "decide_world: no " << name << "\n";
    std::exit(2);
  }
  if (const Value* patch = c.find("patch")) world.patch(key, *patch);
  if (const Value* ago = c.find("status_written_ms_ago"))
    world.wrote_status(key, world.now.plus(-ago->as_int() * 1'000'000));
  if (const Value* is = c.find("is")) be(world, key, is->as_string());
}

decide::FailedWrite failed_write(const Value& f) {
  decide::FailedWrite out;
  const std::string name(f["object"].as_string());
  const std::size_t slash = name.find('/');
  for (decide::Verb v :
       {decide::Verb::kCreate, decide::Verb::kPatch, decide::Verb::kDelete, decide::Verb::kPatchStatus})
    if (name_of(v) == f["verb"].as_string()) out.verb = v;
  for (int k = 0; k <= static_cast<int>(Kind::kPodCliqueSet); ++k)
    if (info_of(static_cast<Kind>(k)).kind == name.substr(0, slash))
      out.key = {static_cast<Kind>(k), name.substr(slash + 1)};
  out.code = static_cast<int>(f["code"].as_int());
  out.message = f["message"].as_string();
  out.count = static_cast<std::uint32_t>(f["count"].as_int(1));
  out.lacks = f["lacks"].as_bool();
  out.at = decide::parse_time(f["at"].as_string()).value_or(Instant{});
  return out;
}

std::string json_text(std::string_view text) {
  std::string out;
  ir::append_json_string(text, out);
  return out;
}

// Times as "@n": seconds after the instant of the world, so that goldens do not depend on how long settling took.
std::string relative_times(std::string text, Instant now) {
  for (std::size_t at = 0; (at = text.find("2026-", at)) != text.npos;) {
    const auto time = decide::parse_time(std::string_view(text).substr(at, 20));
    if (!time) {
      ++at;
      continue;
    }
    const std::int64_t seconds = time->seconds() - now.seconds();
    text.replace(at, 20, "@" + std::string(seconds < 0 ? "" : "+") + std::to_string(seconds));
  }
  return text;
}

void print(const decide::Decision& d, Instant now) {
  std::cout << (d.steps.empty() ? "steps: []\n" : "steps:\n");
  for (const decide::Step& step : d.steps) {
    bool first = true;
    for (const decide::Action& a : step) {
      std::cout << (first ? "- - " : "  - ") << "do: " << name_of(a.verb) << " " << info_of(a.key.kind).kind << "/"
                << a.key.name
                << "\n    because: " << json_text(std::string(name_of(a.why.reason)) + ", " + text_of(a.why)) << "\n";
      first = false;
      if (a.source.from == decide::Source::From::kPlan) std::cout << "    body: from the set\n";
      if (a.source.from == decide::Source::From::kClique)
        std::cout << "    body: from PodClique/" << a.source.clique.name << ", index " << a.source.instance.pod_index
                  << (a.source.gated ? ", gated" : "") << "\n";
      if (a.owner) std::cout << "    owner: " << info_of(a.owner->kind).kind << "/" << a.owner->name << "\n";
      if (a.resource_version) std::cout << "    only if unchanged: true\n";
      if (a.read_owner_first) std::cout << "    reads the owner first: true\n";
      if (!a.change.is_null())
        std::cout << "    change: " << relative_times(ir::to_text(a.change, ir::Format::kJson), now) << "\n";
    }
  }
  if (!d.events.empty()) std::cout << "events:\n";
  for (const decide::Event& e : d.events)
    std::cout << "- "
              << json_text(std::string(e.is_warning ? "Warning " : "Normal ") + e.reason + " on " +
                           std::string(info_of(e.on.kind).kind) + "/" + e.on.name + ": " + e.message)
              << "\n";
  std::cout << "next look: ";
  if (!d.next_look)
    std::cout << "never\n";
  else
    std::cout << "in " << static_cast<double>(d.next_look->ns - now.ns) / 1e9 << " s\n";
}

int run(const std::string& folder) {
  const bool has_old = std::filesystem::exists(folder + "/old.yaml");
  Compiled now = compile(folder, "set.yaml", true), old = compile(folder, has_old ? "old.yaml" : "set.yaml");
  Context context;
  TreeWorld world;
  const Value wanted = read(context, folder + "/world.yaml");
  world.apply_set(old.tree);
  if (wanted["start"].as_string() != "empty") {
    if (world.settle(*old.world) >= 30) {
      std::cerr << "decide_world: the set does not settle\n";
      return 1;
    }
    world.now = world.now.plus(60 * decide::kSecond).whole();
  }
  world.apply_set(now.tree);
  for (const Value& c : wanted["changes"].items()) change(world, with_times(world.arena(), c, world.now));
  for (const Value& f : wanted["failed"].items())
    world.failed.push_back(failed_write(with_times(world.arena(), f, world.now)));
  const std::int64_t rounds = wanted["rounds"].as_int(1);
  for (std::int64_t n = 0; n < rounds; ++n) {
    if (n) std::cout << "---\n";
    const decide::Observed& observed = world.observe();
    const decide::Decision d =
        observed.set ? decide::decide(*now.world, observed, world.now) : decide::decide_leftovers(observed, world.now);
    print(d, world.now);
    for (const std::string& problem : world.carry(*now.world, d)) std::cout << "# cannot: " << problem << "\n";
    world.turn_the_wheels();
    world.now = world.now.plus(decide::kSecond);
  }
  return 0;
}

}  // namespace
}  // namespace grovec::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: decide_world FOLDER\n";
    return 2;
  }
  return grovec::testing::run(argv[1]);
}
