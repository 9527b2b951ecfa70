#include "runtime/driver/surroundings.h"

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

Result<Done> read_config(Context& context, const std::string& file, ir::OperatorConfig& config) {
  Result<std::vector<LoadedDocument>> documents = read_file(context, file);
  if (!documents) return documents.error();
  if (documents->size() != 1 && context.diags.errors() == 0)
    return Error{"`" + file + "` holds " + std::to_string(documents->size()) + " objects; --operator-config takes one",
                 Error::kContent};
  if (!documents->empty()) config = passes::read_operator_config(context, documents->front().document.root);
  return Done{};
}

}  // namespace

Result<Done> read_surroundings(Context& context, const std::vector<std::string>& with,
                               const std::string& operator_config, const std::vector<LoadedDocument>& documents,
                               std::string_view default_namespace, ir::ClusterFacts& facts) {
  context.diags.begin_document(passes::kEnvironmentDocument);
  if (!operator_config.empty()) {
    Result<Done> read = read_config(context, operator_config, facts.config);
    if (!read) return read;
  }
  for (const std::string& file : with) {
    Result<std::vector<LoadedDocument>> objects = read_file(context, file);
    if (!objects) return objects.error();
    for (const LoadedDocument& d : *objects)
      if (was_read(d)) passes::read_environment_object(context, d.document.root, default_namespace, facts);
  }
  for (const LoadedDocument& d : documents)
    if (d.kind != DocumentKind::kSet && was_read(d))
      passes::read_environment_object(*d.context, d.document.root, default_namespace, facts);
  if (operator_config.empty() && !facts.bindings.empty()) facts.config.topology_aware_scheduling = true;
  return Done{};
}

}  // namespace grovec::driver
