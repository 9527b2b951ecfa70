/// \file Which APIs the server has, by one request for each of its two roots (aggregated discovery).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/kube/client.h"

namespace grovec::kube {

struct ApiResource {
  std::string group, version, plural, kind;
  bool is_namespaced = false;
  std::vector<std::string> verbs, subresources;
  bool is_preferred = false;  ///< its version is the first that the server names for the group
};

class Discovery {
 public:
  explicit Discovery(std::vector<ApiResource> resources) : resources_(std::move(resources)) {}
  const ApiResource* find(std::string_view group, std::string_view version, std::string_view plural) const;
  /// By `pods`, `pod`, `Pod`, `pods.v1.`, `podcliquesets.grove.io`: preferred versions first.
  const ApiResource* find_by_word(std::string_view word) const;
  bool has(const ir::KindInfo& kind) const { return find(kind.group, kind.version, kind.plural) != nullptr; }
  const std::vector<ApiResource>& resources() const { return resources_; }
  /// Group versions whose aggregated server did not answer: what they have is unknown.
  std::vector<std::string> stale;

 private:
  std::vector<ApiResource> resources_;
};

Result<Discovery> discover(Client& client);
/// The body of one answer, appended; for tests and for asynchronous callers.
Result<Done> read_discovery(std::string_view body, std::vector<ApiResource>& resources,
                            std::vector<std::string>& stale);

}  // namespace grovec::kube
