#include "passes/expand/nvlink.h"

#include "ir/labels.h"

namespace grovec::passes {

using namespace ir;

const Value* nvlink_group(const PodCliqueSet& set, const Clique& c) {
  auto on = [](const Value* annotations) { return annotations ? annotations->find(keys::kNvlinkGroup) : nullptr; };
  const Value* found = on(c.annotations);
  if (!found && c.group) found = on(set.groups[*c.group].annotations);
  if (!found) found = on(set.annotations);
  return found && found->as_string() != keys::kNvlinkOptOut ? found : nullptr;
}

}  // namespace grovec::passes
