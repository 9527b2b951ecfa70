#include "runtime/driver/surroundings.h"

#include <optional>

#include "passes/surroundings/read_environment.h"

namespace grovec::driver {

namespace {

Result<std::vector<LoadedDocument>> read_file(Context& context, const std::string& file) {
  Result<std::string> text = read_input({file});
  if (!text) return text.error();
  return load_text(context, display_name({file}), std::move(*text), {});
}

/// A document without content because of a mistake that was reported is no null to complain of.
bool was_read(const LoadedDocument& d) { return !d.document.broken || !d.document.root.is_null(); }

constexpr std::string_view kConfigKey = "config.yaml";

bool is_config_map(const ir::Value& v) { return v["kind"].as_string() == "ConfigMap"; }

/// Whether one of several documents is the configuration: the others came along from the same chart.
bool holds_config(const ir::Value& v) {
  if (is_config_map(v)) return v["data"][kConfigKey].is_string();
  return v["kind"].as_string() == "OperatorConfiguration";
}

using Found = Result<std::optional<ir::Value>>;  // nothing: it is broken, which has been reported

/// The configuration is a text inside the ConfigMap, so it becomes a source of its own.
Found find_in_config_map(Context& context, const std::string& file, const ir::Value& map) {
  const ir::Value* text = map.find("data", kConfigKey);
  if (!text || !text->is_string()) {
    std::string hint;
    for (const ir::Member& m : map["data"].members())
      hint += (hint.empty() ? "; it has `" : ", `") + std::string(m.key) + "`";
    context.diags.report(map["data"].at() != kNowhere ? map["data"].at() : map.at(), diag::ConfigMapWithoutConfig, hint)
        .path("data");
    return std::optional<ir::Value>();
  }
  Result<std::vector<LoadedDocument>> inner =
      load_text(context, display_name({file}) + ":data." + std::string(kConfigKey), std::string(text->as_string()), {});
  if (!inner) return inner.error();
  if (inner->size() == 1 && was_read(inner->front())) return std::optional(inner->front().document.root);
  if (context.diags.errors() == 0)
    context.diags.report(text->at(), diag::ConfigNotAnObject,
                         "a text with " + std::to_string(inner->size()) + " documents");
  return std::optional<ir::Value>();
}

Found find_configuration(Context& context, const std::string& file) {
  Result<std::vector<LoadedDocument>> documents = read_file(context, file);
  if (!documents) return documents.error();
  std::vector<const LoadedDocument*> found;
  for (const LoadedDocument& d : *documents)
    if (documents->size() == 1 || holds_config(d.document.root)) found.push_back(&d);
  if (found.size() != 1 && context.diags.errors() == 0)
    return Error{
        "`" + file + "` holds " + std::to_string(documents->size()) + " objects" +
            (documents->empty() ? "" : ", " + std::to_string(found.size()) + " of them operator configurations") +
            "; --operator-config takes one",
        Error::kContent};
  if (found.empty() || !was_read(*found.front())) return std::optional<ir::Value>();
  const ir::Value& root = found.front()->document.root;
  if (is_config_map(root)) return find_in_config_map(context, file, root);
  return std::optional(root);
}

Result<Done> read_config(Context& context, const std::string& file, ir::OperatorConfig& config) {
  const Found found = find_configuration(context, file);
  if (!found) return found.error();
  if (*found) config = passes::read_operator_config(context, **found);
  return Done{};
}

}  // namespace

Result<Done> read_surroundings(Context& context, const std::vector<std::string>& with,
                               const std::string& operator_config, const std::vector<LoadedDocument>& documents,
                               std::string_view default_namespace, ir::ClusterFacts& facts) {
  context.diags.begin_document(passes::kEnvironmentDocument);
  if (operator_config == kChartPreset) {
    facts.config = passes::chart_config();
  } else if (!operator_config.empty()) {
    Result<Done> read = read_config(context, operator_config, facts.config);
    if (!read) return read;
    facts.config_is_broken = context.diags.errors() > 0;
  }
  const std::size_t mistakes = context.diags.errors();
  for (const std::string& file : with) {
    Result<std::vector<LoadedDocument>> objects = read_file(context, file);
    if (!objects) return objects.error();
    for (const LoadedDocument& d : *objects)
      if (was_read(d)) passes::read_environment_object(context, d.document.root, default_namespace, facts);
  }
  facts.objects_are_broken = context.diags.errors() > mistakes;
  ir::ClusterFacts input;
  input.config = facts.config;
  for (const LoadedDocument& d : documents)
    if (d.kind != DocumentKind::kSet && was_read(d))
      passes::read_environment_object(*d.context, d.document.root, default_namespace, input);
  passes::put_on_top(facts, input);
  if (operator_config.empty() && !facts.bindings.empty()) facts.config.topology_aware_scheduling = true;
  return Done{};
}

Result<ir::Value> read_configuration(Context& context, const std::string& operator_config) {
  if (operator_config.empty() || operator_config == kChartPreset) return ir::Value();
  const Found found = find_configuration(context, operator_config);
  if (!found) return found.error();
  return *found ? passes::configuration_in(**found) : ir::Value();
}

}  // namespace grovec::driver
