#include "runtime/live/reconcile/compiling.h"

#include "passes/surroundings/read_environment.h"
#include "runtime/driver/compile_set.h"
#include "runtime/driver/surroundings.h"
#include "runtime/simulate/part.h"

namespace grovec::live {

using namespace ir;

namespace {

// A compiled set with everything that its world points at.
struct Compiled {
  std::shared_ptr<const ClusterFacts> facts;
  simulate::Part manifest;
  Context context;
  std::unique_ptr<driver::CompiledSet> set;
  std::unique_ptr<decide::World> world;
};

Value manifest_of(const Value& tree, Arena& arena) {
  MappingBuilder metadata(arena);
  for (const std::string_view key : {"name", "namespace", "labels", "annotations"})
    if (const Value* v = tree["metadata"].find(key)) metadata.set(key, *v);
  return MappingBuilder(arena, tree).remove("status").set("metadata", metadata.build()).build();
}

std::string first_error(const Context& context) {
  for (const Diagnostic& d : context.diags.all())
    if (d.severity == Severity::kError) return d.message;
  return "it cannot be compiled";
}

}  // namespace

Result<Done> Compiler::set_surroundings(const std::vector<std::shared_ptr<const LiveFact>>& objects) {
  Context context;
  auto facts = std::make_shared<ClusterFacts>();
  if (auto read = driver::read_surroundings(context, {}, options_.operator_config, {}, "default", *facts); !read)
    return read.error();
  if (facts->config_is_broken) return Error{first_error(context), Error::kContent};
  for (const auto& object : objects) passes::read_environment_object(context, object->tree, "default", *facts);
  facts_ = std::move(facts);
  memory_.clear();
  return Done{};
}

Compiler::Outcome Compiler::world_of(const SetKey& key, const LiveManifest& set) {
  auto c = std::make_shared<Compiled>();
  Arena arena;
  c->manifest = simulate::Part(manifest_of(set.tree, arena));
  Kept& kept = memory_[key];
  if (kept.content == c->manifest.hash()) return {kept.world, kept.problem, false};
  kept = {c->manifest.hash(), nullptr, {}};
  c->facts = facts_;
  Result<std::unique_ptr<driver::CompiledSet>> compiled = driver::compile_set(
      c->context, c->manifest.root(), *c->facts,
      {.default_namespace = key.namespace_, .init_image = options_.init_image, .owner_references = true});
  if (!compiled || !(*compiled)->is_planned) {
    kept.problem = compiled ? first_error(c->context) : compiled.error().message;
    return {nullptr, kept.problem, true};
  }
  c->set = std::move(*compiled);
  c->world = std::make_unique<decide::World>(c->set->module.desired, c->set->plan);
  kept.world = {c, c->world.get()};
  return {kept.world, {}, true};
}

}  // namespace grovec::live
