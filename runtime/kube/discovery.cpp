#include "runtime/kube/discovery.h"

#include <simdjson.h>

#include <algorithm>

#include "runtime/kube/items.h"

namespace grovec::kube {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kAccept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

std::string text_at(const dom::element& at, std::string_view key) {
  std::string_view text;
  return at[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

dom::array list_at(const dom::element& at, std::string_view key) {
  dom::array out;
  if (at[key].get(out) != simdjson::SUCCESS) return dom::array();
  return out;
}

bool has_list(const dom::element& at, std::string_view key) { return at[key].is_array(); }

void read_resources(const dom::element& version, const ApiResource& shared, std::vector<ApiResource>& out) {
  if (!has_list(version, "resources")) return;
  for (dom::element resource : list_at(version, "resources")) {
    ApiResource r = shared;
    r.plural = text_at(resource, "resource");
    r.is_namespaced = text_at(resource, "scope") == "Namespaced";
    dom::element kind;
    if (resource["responseKind"].get(kind) == simdjson::SUCCESS) r.kind = text_at(kind, "kind");
    if (has_list(resource, "verbs"))
      for (dom::element verb : list_at(resource, "verbs"))
        if (std::string_view text; verb.get(text) == simdjson::SUCCESS) r.verbs.emplace_back(text);
    if (has_list(resource, "subresources"))
      for (dom::element sub : list_at(resource, "subresources")) r.subresources.push_back(text_at(sub, "subresource"));
    if (!r.plural.empty()) out.push_back(std::move(r));
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

Result<Done> read_discovery(std::string_view body, std::vector<ApiResource>& resources,
                            std::vector<std::string>& stale) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS)
    return Error{"the server's discovery is no JSON", Error::kContent};
  if (text_at(root, "kind") != "APIGroupDiscoveryList")
    return Error{"the server has no aggregated discovery (Kubernetes 1.30 and later have)", Error::kContent};
  if (!has_list(root, "items")) return Done{};
  for (dom::element group : list_at(root, "items")) {
    ApiResource shared;
    dom::element metadata;
    if (group["metadata"].get(metadata) == simdjson::SUCCESS) shared.group = text_at(metadata, "name");
    shared.is_preferred = true;
    if (!has_list(group, "versions")) continue;
    for (dom::element version : list_at(group, "versions")) {
      shared.version = text_at(version, "version");
      if (text_at(version, "freshness") == "Stale")
        stale.push_back(shared.group.empty() ? shared.version : shared.group + "/" + shared.version);
      read_resources(version, shared, resources);
      shared.is_preferred = false;
    }
  }
  return Done{};
}

Result<Discovery> discover(Client& client) {
  std::vector<ApiResource> resources;
  std::vector<std::string> stale;
  for (const char* root : {"/api", "/apis"}) {
    const Answer answer = client.call({.path = root, .accept = std::string(kAccept)});
    if (answer.error) return *answer.error;
    if (Result<Done> done = read_discovery(answer.body, resources, stale); !done) return done.error();
  }
  Discovery out(std::move(resources));
  out.stale = std::move(stale);
  return out;
}

const ApiResource* Discovery::find(std::string_view group, std::string_view version, std::string_view plural) const {
  for (const ApiResource& r : resources_)
    if (r.group == group && r.version == version && r.plural == plural) return &r;
  return nullptr;
}

const ApiResource* Discovery::find_by_word(std::string_view word) const {
  const std::size_t dot = word.find('.');
  const std::string name = lower(word.substr(0, dot));
  const std::string_view rest = dot == word.npos ? std::string_view() : word.substr(dot + 1);
  for (const bool preferred : {true, false}) {
    for (const ApiResource& r : resources_) {
      if (preferred != r.is_preferred || (r.plural != name && lower(r.kind) != name)) continue;
      if (rest.empty() || rest == r.group || rest == r.version + "." + r.group) return &r;
    }
  }
  return nullptr;
}

}  // namespace grovec::kube
