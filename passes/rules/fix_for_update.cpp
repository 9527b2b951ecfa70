// Fixes of an update: what an update keeps is not set to something else, but back to what it was.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

/// As it stands in YAML; nothing for what is no scalar that everybody reads in the same way.
std::optional<std::string> scalar_text(const Value& v) {
  if (v.is_int()) return std::to_string(v.as_int());
  if (!v.is_string()) return std::nullopt;
  const std::string text(v.as_string());
  const bool is_plain = !text.empty() && text.find_first_not_of(
                                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_./") == std::string::npos;
  return is_plain ? std::optional("\"" + text + "\"") : std::nullopt;
}

class Kept {
 public:
  Kept(const Context& context, const PodCliqueSet& old, const PodCliqueSet& now) : context_(context) {
    if (old.template_ && now.template_)
      for (const char* field : {"cliqueStartupType", "topologyConstraint", "resourceSharing", "resourceClaimTemplates"})
        add((*now.template_)[field], (*old.template_)[field]);
    for (const Clique& c : now.cliques)
      if (const std::optional<CliqueId> id = old.find_clique(c.name)) add_clique(c, old.cliques[*id]);
    for (const ScalingGroup& g : now.groups)
      if (const std::optional<GroupId> id = old.find_group(g.name); id && g.node && old.groups[*id].node)
        for (const char* field : {"cliqueNames", "minAvailable", "resourceSharing", "topologyConstraint"})
          add((*g.node)[field], (*old.groups[*id].node)[field]);
  }

  /// Of a fix that may be made, with what it says then.
  bool change(Fix& fix) const {
    const auto found = values_.find(fix.at);
    if (found == values_.end()) return true;
    if (!found->second) return false;
    std::string before = *found->second;
    // As plain as the fix would have been.
    if (!fix.replacement.starts_with('"') && before.starts_with('"')) before = before.substr(1, before.size() - 2);
    fix.replacement = std::move(before);
    return true;
  }

 private:
  void add_clique(const Clique& now, const Clique& old) {
    if (now.node && old.node)
      for (const char* field : {"resourceSharing", "topologyConstraint"}) add((*now.node)[field], (*old.node)[field]);
    if (now.spec && old.spec)
      for (const char* field : {"minAvailable", "roleName", "startsAfter"}) add((*now.spec)[field], (*old.spec)[field]);
    if (now.pod_spec && old.pod_spec) add((*now.pod_spec)["schedulerName"], (*old.pod_spec)["schedulerName"]);
  }

  void add(const Value& now, const Value& old) {
    // A default stands where something else is written.
    if (now.at() == kNowhere || context_.origins[now.at()].why == OriginCause::kDefault) return;
    values_[now.at()] = scalar_text(old);
    for (std::size_t i = 0; i < now.items().size(); ++i)
      add(now.items()[i], i < old.items().size() ? old.items()[i] : Value::null());
    for (const Member& m : now.members()) add(m.value, old[m.key]);
  }

  const Context& context_;
  std::map<OriginId, std::optional<std::string>> values_;  // of the new object, with what the old one has there
};

}  // namespace

void fix_for_update(Context& context, std::size_t first, const PodCliqueSet& old, const PodCliqueSet& now) {
  const Kept kept(context, old, now);
  std::vector<Diagnostic>& all = context.diags.all();
  for (std::size_t i = first; i < all.size(); ++i)
    std::erase_if(all[i].fixes, [&](Fix& fix) { return !kept.change(fix); });
}

}  // namespace grovec::passes
