#include "tests/simulator/compiling.h"

#include <map>

namespace grovec::simulator {

using namespace ir;

namespace {

// A compiled set with everything that its world points at.
struct Compiled {
  Object object;  // what the manifest points into
  Context context;
  std::unique_ptr<driver::CompiledSet> set;
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

std::shared_ptr<Compiled> compile(const Object& object, const Surroundings& surroundings) {
  auto c = std::make_shared<Compiled>();
  c->object = object;
  // What is stored has been admitted, whatever has become of its surroundings since.
  const Value stored = manifest_of(c->object, c->context.arena);
  Result<std::unique_ptr<driver::CompiledSet>> set =
      driver::compile_set(c->context, stored, surroundings.facts, {.owner_references = true, .old = &stored});
  if (!set || !(*set)->is_planned) return nullptr;
  c->set = std::move(*set);
  c->world = std::make_unique<decide::World>(c->set->module.desired, c->set->plan);
  return c;
}

}  // namespace

Submission submit(const Value& manifest, const Value* old, const Surroundings& surroundings) {
  Context context;
  // Places belong to the context that read them: here there are none.
  const simulate::Part plain(manifest), plain_old(old ? *old : Value::null());
  const Result<std::unique_ptr<driver::CompiledSet>> set =
      driver::compile_set(context, plain.root(), surroundings.facts,
                          {.until = driver::CompileUntil::kStored, .old = old ? &plain_old.root() : nullptr});
  Submission out;
  out.accepted = set && (*set)->accepted;
  if (out.accepted)
    out.stored = simulate::Part((*set)->module.defaulted);
  else
    out.message = first_error(context);
  return out;
}

simulate::Compiler make_compiler(const Surroundings& surroundings) {
  using Memory = std::map<std::uint64_t, std::shared_ptr<Compiled>>;
  return [&surroundings, memory = std::make_shared<Memory>()](const Object& set) -> simulate::WorldPtr {
    const std::uint64_t content = simulate::mix(set.meta.hash(), set.body.hash());
    auto [at, is_new] = memory->try_emplace(content);
    if (is_new) at->second = compile(set, surroundings);
    if (!at->second) return nullptr;
    return {at->second, at->second->world.get()};
  };
}

}  // namespace grovec::simulator
