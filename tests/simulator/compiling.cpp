#include "tests/simulator/compiling.h"

#include <map>

#include "backends/backends.h"
#include "passes/admission/admit.h"
#include "passes/pipeline.h"

namespace grovec::simulator {

using namespace ir;

namespace {

// A compiled set with everything that its world points at.
struct Compiled {
  ObjectPtr object;
  Context context;
  std::unique_ptr<passes::Module> module;
  ObjectPlan plan;
  std::unique_ptr<decide::World> world;
};

Value manifest_of(const Object& set, Arena& arena) {
  const Value tree = simulate::tree_of(set, arena);
  MappingBuilder metadata(arena);
  for (const std::string_view key : {"name", "namespace", "labels", "annotations"})
    if (const Value* v = tree["metadata"].find(key)) metadata.set(key, *v);
  return MappingBuilder(arena, tree).remove("status").set("metadata", metadata.build()).build();
}

std::string first_error(const Context& context) {
  for (const Diagnostic& d : context.diags.all())
    if (d.severity == Severity::kError) return d.message;
  return {};
}

std::shared_ptr<Compiled> compile(const ObjectPtr& object, const Surroundings& surroundings) {
  auto c = std::make_shared<Compiled>();
  c->object = object;
  const Value manifest = manifest_of(*object, c->context.arena);
  c->module = std::make_unique<passes::Module>(c->context, surroundings.environment, manifest);
  passes::Module& m = *c->module;
  passes::Admitted admitted = passes::admit(c->context, manifest, surroundings.environment, {});
  if (!admitted.accepted || c->context.diags.errors() > 0) return nullptr;
  m.defaulted = admitted.defaulted;
  m.spec = std::move(admitted.spec);
  passes::expand(m);
  if (c->context.diags.errors() > 0) return nullptr;
  c->plan = backends::plan_objects(c->context.arena, m.desired, {.owner_references = true});
  c->world = std::make_unique<decide::World>(m.desired, c->plan);
  return c;
}

}  // namespace

Submission submit(const Value& manifest, const Value* old, const Surroundings& surroundings) {
  Context context;
  // Places belong to the context that read them: here there are none.
  const simulate::Part plain(manifest), plain_old(old ? *old : Value::null());
  const passes::Admitted admitted = passes::admit(context, plain.root(), surroundings.environment,
                                                  {.old = old ? &plain_old.root() : nullptr, .compilable = false});
  Submission out;
  out.accepted = admitted.accepted;
  if (out.accepted)
    out.stored = simulate::Part(admitted.defaulted);
  else
    out.message = first_error(context);
  return out;
}

simulate::Compiler make_compiler(const Surroundings& surroundings) {
  using Memory = std::map<std::uint64_t, std::shared_ptr<Compiled>>;
  return [&surroundings, memory = std::make_shared<Memory>()](const Object& set) -> simulate::WorldPtr {
    const std::uint64_t content = simulate::mix(set.meta.hash(), set.body.hash());
    auto [at, is_new] = memory->try_emplace(content);
    if (is_new) at->second = compile(std::make_shared<const Object>(set), surroundings);
    if (!at->second) return nullptr;
    return {at->second, at->second->world.get()};
  };
}

}  // namespace grovec::simulator
