#include "runtime/driver/load.h"

namespace grovec::driver {

DocumentKind kind_of(const ir::Value& root) {
  std::string_view api = root["apiVersion"].as_string(), kind = root["kind"].as_string();
  if (api.empty() || kind.empty()) return DocumentKind::kUnknown;
  if (api == "grove.io/v1alpha1" && kind == "PodCliqueSet") return DocumentKind::kSet;
  if (api == "grove.io/v1alpha1" && kind == "ClusterTopologyBinding") return DocumentKind::kBinding;
  if (api.starts_with("resource.k8s.io/") && kind == "ResourceClaimTemplate") return DocumentKind::kClaimTemplate;
  return DocumentKind::kForeign;
}

std::vector<LoadedDocument> load_text(Context& context, std::string name, std::string text, const LanguageOptions&) {
  SourceId source = context.sources.add(std::move(name), std::move(text));
  std::vector<LoadedDocument> out;
  for (const frontend::Document& d : frontend::unpack_lists(frontend::read_documents(context, source)))
    out.push_back({d, kind_of(d.root)});
  return out;
}

}  // namespace grovec::driver
