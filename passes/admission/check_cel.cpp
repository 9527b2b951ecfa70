#include "passes/admission/check_structure.h"

#include "passes/path.h"

namespace grovec::passes {

using namespace ir;

namespace {

OriginId place(const Member* m, const Value& otherwise) {
  return m ? (m->key_at != kNowhere ? m->key_at : m->value.at()) : otherwise.at();
}

const Member* present(const Value& v, std::string_view key) {
  const Member* m = v.find_member(key);
  return m && !m->value.is_null() ? m : nullptr;
}

// C4-C6 on one constraint. An unchanged violation is tolerated where the server can find the old value.
void constraint(Context& context, const Member& tc, const Path& path, const Value* old) {
  const Value& v = tc.value;
  if (!v.is_mapping() || (old && equal(*old, v))) return;
  const Member* pack = present(v, "pack");
  const Member* legacy = present(v, "packDomain");
  if (!pack && !legacy) {
    context.diags.report(place(&tc, v), diag::NoPack).path(path.field("pack").text());
    return;
  }
  if (!pack || !pack->value.is_mapping()) return;
  const Member* required = present(pack->value, "required");
  if (legacy && required)
    context.diags.report(place(legacy, v), diag::PackDomainAndRequired)
        .path(path.field("pack").field("required").text());
  const Value* old_pack = old ? old->find("pack") : nullptr;
  if (!required && !present(pack->value, "preferred") && !(old_pack && equal(*old_pack, pack->value)))
    context.diags.report(place(pack, v), diag::EmptyPack).path(path.field("pack").text());
}

}  // namespace

void check_cel(Context& context, const Value& stored, const Value* old) {
  const Value& t = stored["spec"]["template"];
  const Value* old_t = old ? old->find("spec", "template") : nullptr;
  if (old_t && equal(*old_t, t)) return;
  Path spec = Path::root("spec"), path = spec.field("template");
  // Which item of the old list an item was: only cliques have a key (their name).
  auto old_item = [&](std::string_view list, const Value& item) -> const Value* {
    if (!old_t || list != "cliques") return nullptr;
    for (const Value& o : (*old_t)[list].items())
      if (equal(o["name"], item["name"])) return o.find("topologyConstraint");
    return nullptr;
  };
  if (const Member* tc = present(t, "topologyConstraint")) {
    if (const Member* legacy = old ? nullptr : present(tc->value, "packDomain"))
      context.diags.report(place(legacy, t), diag::PackDomainOnNewSet)
          .path("spec.template.topologyConstraint.packDomain");
    constraint(context, *tc, path.field("topologyConstraint"), old_t ? old_t->find("topologyConstraint") : nullptr);
  }
  for (std::string_view list : {"cliques", "podCliqueScalingGroups"}) {
    if (old_t && old_t->find(list) && equal((*old_t)[list], t[list])) continue;
    Path list_path = path.field(list);
    for (std::size_t i = 0; i < t[list].items().size(); ++i) {
      const Value& item = t[list].items()[i];
      const Member* tc = present(item, "topologyConstraint");
      if (!tc) continue;
      if (const Member* legacy = old ? nullptr : present(tc->value, "packDomain")) {
        if (list == "cliques")
          context.diags.report(place(legacy, item), diag::PackDomainOnNewClique, item["name"].as_string())
              .path(list_path.text());
        else
          context.diags.report(place(legacy, item), diag::PackDomainOnNewGroup, item["name"].as_string())
              .path(list_path.text());
      }
      Path item_path = list_path.item(i);
      constraint(context, *tc, item_path.field("topologyConstraint"), old_item(list, item));
    }
  }
}

}  // namespace grovec::passes
