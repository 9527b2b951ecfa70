#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

// V117, V118
void unique_levels(Context& context, std::span<const Value> levels, std::string_view field, const diag::Kind<1>& kind) {
  std::unordered_map<std::string_view, const Value*> seen;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Value& value = levels[i][field];
    auto [it, is_new] = seen.emplace(value.as_string(), &value);
    if (!is_new)
      context.diags.report(value.at(), kind, value.as_string())
          .note(it->second->at(), diag::FirstItemHere)
          .path("spec.levels[" + std::to_string(i) + "]." + std::string(field));
  }
}

}  // namespace

void verify_binding(Context& context, const Value& binding, const OperatorConfig& config) {
  std::span<const Value> levels = binding["spec"]["levels"].items();
  unique_levels(context, levels, "domain", diag::DuplicateLevelDomain);
  unique_levels(context, levels, "key", diag::DuplicateLevelKey);
  std::string enabled;
  for (const std::string& p : config.profiles) enabled += (enabled.empty() ? "`" : ", `") + p + '`';
  std::unordered_map<std::string_view, const Value*> seen;
  std::span<const Value> bindings = binding["spec"]["schedulerTopologyBindings"].items();
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    const Value& name = bindings[i]["schedulerName"];
    // Upstream's path keeps the field's former name.
    std::string path = "spec.schedulerTopologyReferences[" + std::to_string(i) + "].schedulerName";
    auto [it, is_new] = seen.emplace(name.as_string(), &name);
    if (!is_new)  // V119
      context.diags.report(name.at(), diag::DuplicateSchedulerBinding, name.as_string())
          .note(it->second->at(), diag::FirstItemHere)
          .path(path);
    if (!config.is_enabled(name.as_string()))  // V120
      context.diags.report(name.at(), diag::BindingSchedulerNotEnabled, name.as_string(), enabled).path(path);
    else if (name.as_string() != "kai-scheduler")  // V121
      context.diags.report(name.at(), diag::BindingSchedulerIgnoresTopology, name.as_string()).path(path);
  }
}

}  // namespace grovec::passes
