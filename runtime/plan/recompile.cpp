#include "runtime/plan/recompile.h"

namespace grovec::plan {

std::unique_ptr<Recompiled> recompile(const ir::Value& tree, const driver::CompiledSet& like) {
  auto out = std::make_unique<Recompiled>();
  out->tree = simulate::Part(tree);
  driver::CompileOptions options;
  options.api = like.environment.api;
  options.default_namespace = like.environment.default_namespace;
  options.init_image = like.environment.init_image;
  options.owner_references = true;
  auto set = driver::compile_set(out->context, out->tree.root(), like.environment.facts, options);
  if (!set || !(*set)->is_planned) return nullptr;
  out->set = std::move(*set);
  return out;
}

}  // namespace grovec::plan
