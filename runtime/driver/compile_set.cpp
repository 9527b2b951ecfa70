#include "runtime/driver/compile_set.h"

#include <algorithm>

#include "backends/backends.h"
#include "passes/pipeline.h"
#include "runtime/driver/consequences.h"

namespace grovec::driver {

using namespace ir;

namespace {

/// Mistakes that are only about the length of names or about names that meet.
bool is_about_names(const DiagInfo& info) {
  for (const DiagInfo* kind :
       {static_cast<const DiagInfo*>(&diag::CliqueNameTooLong), static_cast<const DiagInfo*>(&diag::MemberNameTooLong),
        static_cast<const DiagInfo*>(&diag::HostNameTooLong), static_cast<const DiagInfo*>(&diag::NameHasDots),
        static_cast<const DiagInfo*>(&diag::SameObjectName)})
    if (kind == &info) return true;
  return false;
}

void allow_names(Diagnostics& diags, std::size_t from) {
  for (std::size_t i = from; i < diags.all().size(); ++i)
    if (is_about_names(*diags.all()[i].info)) diags.all()[i].severity = Severity::kWarning;
}

}  // namespace

CompiledSet::CompiledSet(Context& context, Value manifest, const ClusterFacts& facts, const CompileOptions& options)
    : environment{facts, options.init_image, options.api, options.default_namespace, options.namespace_is_fixed},
      module(context, environment, manifest) {}

Result<std::unique_ptr<CompiledSet>> compile_set(Context& context, Value manifest, const ClusterFacts& facts,
                                                 const CompileOptions& options) {
  auto set = std::make_unique<CompiledSet>(context, manifest, facts, options);
  passes::Module& m = set->module;
  const std::size_t before = context.diags.all().size();
  passes::Admitted admitted = passes::admit(context, manifest, set->environment,
                                            {.old = options.old, .compilable = options.until != CompileUntil::kStored});
  m.defaulted = admitted.defaulted;
  m.spec = std::move(admitted.spec);
  set->accepted = admitted.accepted;
  set->verdict_is_open = admitted.verdict_is_open;
  set->old_is_usable = admitted.old_is_usable;
  set->old_findings = admitted.old_findings;
  if (options.document) drop_consequences(context, before + admitted.old_findings, *options.document);
  if (options.names_only) allow_names(context.diags, before);
  const std::vector<Diagnostic>& all = context.diags.all();
  const bool has_error = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
  // What the frontend could not write is missing, although findings that follow from that were taken back.
  const bool is_whole = !options.document || (!options.document->broken && options.document->incomplete.empty());
  if (options.until != CompileUntil::kPlanned || has_error || !is_whole) return set;
  passes::expand(m);
  set->plan = backends::plan_objects(context.arena, m.desired, {.owner_references = options.owner_references});
  set->directory.emplace(set->plan, m.desired);
  set->is_planned = true;
  return set;
}

}  // namespace grovec::driver
