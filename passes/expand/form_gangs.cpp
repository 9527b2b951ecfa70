#include "passes/expand/expand.h"

namespace grovec::passes {

using namespace ir;

void form_gangs(Module& m) {
  OriginId list = m.spec.template_ ? (*m.spec.template_)["cliques"].at() : kNowhere;
  m.desired.gangs.push_back({.role = GangRole::kBase, .group = std::nullopt, .pack = {}, .origin = list});
  for (std::size_t s = 0; s < m.spec.groups.size(); ++s) {
    GroupId g = m.spec.groups.id_at(s);
    m.desired.gangs.push_back(
        {.role = GangRole::kScaled, .group = g, .pack = {}, .origin = m.spec.groups[g].at("name")});
  }
}

}  // namespace grovec::passes
