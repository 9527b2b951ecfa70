// Hashes of another library version (reference: runtime 12.1, 25): what has the compiled pod template keeps the hash
// it was made with, and nothing is rolled because the operator was replaced.
#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/draft.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

bool same_maps(const Value& a, const Value& b) { return a.size() == 0 && b.size() == 0 ? true : ir::equal(a, b); }

// Labels and annotations of the template are those of the PodClique, without Grove's own and our facts.
Value of_template(Arena& a, const Value& map) {
  ir::MappingBuilder b(a);
  for (const ir::Member& m : map.members())
    if (!is_identity_label(m.key) && m.key != keys::kPodTemplateHash && !is_fact(m.key)) b.set(m.key, m.value);
  return b.build();
}

bool has_compiled_template(const LiveView& v, const CliqueCell& c, Arena& a) {
  const CliqueLayout& layout = v.world().layout(c.clique);
  const Value wanted = wanted_tree(v.world(), v.is_scaled(c) ? layout.scaled : layout.base, v.instance(c), a);
  const Value& meta = wanted["metadata"];
  return ir::equal(c.live->pod_spec(), wanted["spec"]["podSpec"]) &&
         same_maps(of_template(a, c.live->meta.labels), of_template(a, meta["labels"])) &&
         same_maps(of_template(a, c.live->meta.annotations), of_template(a, meta["annotations"]));
}

// The priority class is part of the hashes, but no PodClique carries it: the PodGangs do.
bool has_compiled_priority(const LiveView& v) {
  bool any = false;
  for (const GangCell& g : v.gangs()) {
    if (!g.is_there()) continue;
    if (g.live->spec["priorityClassName"].as_string() != v.world().set().priority_class_name) return false;
    any = true;
  }
  return any;
}

}  // namespace

Facts adopt_hashes(const LiveView& view) {
  Facts facts = view.facts();
  const std::string& current = view.set().status.current_hash;
  // Entries of templates that are not asked for any more go.
  const World& world = view.world();
  std::erase_if(facts.hashes, [&](const auto& entry) {
    if (entry.first == world.generation_hash()) return false;
    for (const CliqueLayout& c : world.cliques())
      if (entry.first == world.template_hash(c.id)) return false;
    return true;
  });
  if (current.empty() || current == facts.stored(world.generation_hash()) || !has_compiled_priority(view)) return facts;
  Arena scratch;
  bool all = true;
  for (const CliqueLayout& layout : world.cliques()) {
    bool found = false, same = true;
    std::string_view label;
    for (const CliqueCell& c : view.cliques()) {
      if (c.clique != layout.id || !c.is_there()) continue;
      const std::string_view own = c.own_hash;
      same = same && (label.empty() || own == label) && has_compiled_template(view, c, scratch);
      label = own;
      found = true;
      if (!same) break;
    }
    if (!found) continue;
    all = all && same;
    if (same && !label.empty() && label != world.template_hash(layout.id))
      facts.hashes[world.template_hash(layout.id)] = label;
  }
  // The set's own hash is taken over only if no template has changed and at least one had another hash.
  bool any = false;
  for (const CliqueLayout& c : world.cliques()) any = any || facts.hashes.contains(world.template_hash(c.id));
  if (all && any && !view.cliques().empty()) facts.hashes[world.generation_hash()] = current;
  return facts;
}

}  // namespace grovec::decide
