#include "ir/labels.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kKey = "grove.io/mnnvl-group";

std::string annotation_path(std::string_view owner) { return std::string(owner) + ".annotations." + std::string(kKey); }

// V077, V078: where MNNVL is off, no value but `none` helps, so its syntax does not matter.
void layer(const SpecView& v, const Value* annotations, std::string_view owner) {
  bool found = false;
  std::string_view value = entry(annotations, kKey, &found);
  if (!found || value == "none") return;
  OriginId at = annotations->find(kKey)->at();
  if (!is_dns_label(value))
    v.context.diags.report(at, diag::BadMnnvlGroup, value).path(annotation_path(owner));
  else if (!v.environment.facts.config.auto_mnnvl)
    v.context.diags.report(key_at(*annotations, kKey), diag::MnnvlDisabled).path(annotation_path(owner));
}

// V092-V094
void compare(Context& context, const Value* old, const Value* now, std::string_view owner, OriginId owner_at) {
  bool had = false, has = false;
  std::string_view before = entry(old, kKey, &had), after = entry(now, kKey, &has);
  std::string path = annotation_path(owner);
  if (!had && has) {
    context.diags.report(key_at(*now, kKey), diag::MnnvlAdded).path(path);
  } else if (had && !has) {
    context.diags.report(now ? now->at() : owner_at, diag::MnnvlRemoved, before)
        .note(old->find(kKey)->at(), diag::SetHere, kKey)
        .path(path);
  } else if (before != after) {
    context.diags.report(now->find(kKey)->at(), diag::MnnvlChanged, before, after)
        .note(old->find(kKey)->at(), diag::SetHere, kKey)
        .fix(now->find(kKey)->at(), std::string(before))
        .path(path);
  }
}

}  // namespace

void verify_mnnvl(const SpecView& v) {
  layer(v, v.set.annotations, "metadata");
  for (const Clique& c : v.set.cliques)
    if (c.annotations) layer(v, c.annotations, clique_path(c.index));
  for (const ScalingGroup& g : v.set.groups)
    if (g.annotations) layer(v, g.annotations, group_path(g.index));
}

void verify_mnnvl_update(Context& context, const PodCliqueSet& old, const PodCliqueSet& now) {
  compare(context, old.annotations, now.annotations, "metadata", key_at(*now.node, "metadata"));
  for (const Clique& c : now.cliques)
    if (auto id = old.find_clique(c.name))
      compare(context, old.cliques[*id].annotations, c.annotations, clique_path(c.index), c.at("name"));
  for (const ScalingGroup& g : now.groups)
    if (auto id = old.find_group(g.name))
      compare(context, old.groups[*id].annotations, g.annotations, group_path(g.index), g.at("name"));
}

}  // namespace grovec::passes
