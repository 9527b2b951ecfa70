#include "runtime/cli/plan/verdict.h"

#include "ir/base/render.h"
#include "runtime/simulate/part.h"

namespace grovec::cli {

std::vector<plan::Forbidden> forbidden_by_update(const driver::CompiledSet& old, driver::CompiledSet& next) {
  Context& context = next.module.context;
  // Places belong to the context that read them.
  const simulate::Part before(old.module.manifest);
  driver::CompileOptions options;
  options.api = next.environment.api;
  options.default_namespace = next.environment.default_namespace;
  options.namespace_is_fixed = next.environment.namespace_is_fixed;
  options.until = driver::CompileUntil::kVerified;
  options.old = &before.root();
  context.diags.begin_document(next.document);
  const std::size_t first = context.diags.all().size();
  const auto set = driver::compile_set(context, next.module.manifest, next.environment.facts, options);
  std::vector<plan::Forbidden> out;
  if (!set) return out;
  std::vector<Diagnostic>& all = context.diags.all();
  // What is wrong with OLD is no verdict on NEW, and warnings have been given.
  std::vector<Diagnostic> kept;
  for (std::size_t k = first + (*set)->old_findings; k < all.size(); ++k)
    if (all[k].severity == Severity::kError) kept.push_back(all[k]);
  all.resize(first);
  for (Diagnostic& d : kept) {
    plan::Forbidden f;
    f.path = d.path;
    f.code = code_text(d.info->code);
    f.message = d.message;
    if (d.at != kNowhere) {
      const Origin& origin = context.origins[d.at];
      const Position p = context.sources.position(origin.source, origin.begin);
      f.at = {std::string(context.sources.name(origin.source)), p.line, p.column};
    }
    out.push_back(std::move(f));
    all.push_back(std::move(d));
  }
  return out;
}

}  // namespace grovec::cli
