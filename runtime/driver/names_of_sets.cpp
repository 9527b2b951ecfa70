#include "runtime/driver/names_of_sets.h"

#include <iterator>
#include <map>
#include <tuple>
#include <vector>

#include "ir/value/copy.h"
#include "passes/rules/object_names.h"
#include "passes/rules/verify_scale.h"

namespace grovec::driver {

using namespace ir;

bool comes_before(const CompiledSet& a, const CompiledSet& b) {
  const PodCliqueSet &x = a.module.spec, &y = b.module.spec;
  return std::tie(x.namespace_, x.name) < std::tie(y.namespace_, y.name);
}

void find_equal_sets(std::span<CompiledSet* const> sets) {
  for (std::size_t i = 1, first = 0; i < sets.size(); ++i) {
    const passes::Module &a = sets[first]->module, &b = sets[i]->module;
    if (a.spec.name != b.spec.name || a.spec.namespace_ != b.spec.namespace_ || b.spec.name.empty()) {
      first = i;
      continue;
    }
    b.context.diags.begin_document(sets[i]->document);
    b.context.diags.report(b.manifest["metadata"]["name"].at(), diag::SetDeclaredTwice, b.spec.name)
        .path("metadata.name")
        .note(copy_origin(a.context, a.manifest["metadata"]["name"].at(), b.context), diag::DeclaredHere, b.spec.name);
  }
}

void find_names_across_sets(Arena& arena, std::span<CompiledSet* const> sets) {
  if (sets.size() < 2) return;
  std::vector<passes::ObjectName> names;
  std::map<const PodCliqueSet*, const CompiledSet*> owners;
  for (const CompiledSet* set : sets) {
    owners[&set->module.spec] = set;
    std::vector<passes::ObjectName> own =
        passes::object_names(arena, set->module.spec, passes::scale_of(set->population));
    names.insert(names.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  passes::find_same_names(
      names, [&](const passes::ObjectName& first, const passes::ObjectName& second, const std::string& name) {
        const CompiledSet &a = *owners[first.set], &b = *owners[second.set];
        Context& context = b.module.context;
        context.diags.begin_document(b.document);
        context.diags.report(second.at, diag::SameObjectName, second.kind, name)
            .note(copy_origin(a.module.context, first.at, context), diag::DeclaredHere, first.declared)
            .path(second.path);
      });
}

}  // namespace grovec::driver
