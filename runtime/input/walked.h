/// \file Files that a walk meets: which of them are no manifests, and why. GitOps repositories hold values, charts,
/// patches and templates beside their manifests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/value/value.h"
#include "runtime/input/input.h"

namespace grovec::driver {

/// Why a document of a walk is not checked; empty if it is to be: it has `apiVersion` and `kind`, or lacks one by a
/// slip.
std::string reason_to_skip(const ir::Value& root);

/// Whether a text that cannot be read is a template of Helm: it has an action of its language outside of quotes.
bool is_helm_template(std::string_view text);

/// Whether a text that cannot be read was meant as a manifest: a line of it has `apiVersion` or `kind` as its key.
bool is_meant_as_manifest(std::string_view text);

/// Paths that a kustomization names, as it writes them.
struct KustomizationNames {
  std::vector<std::string> patches, components;
};
KustomizationNames read_kustomization(const std::string& path, std::string text);

/// Patches that the kustomization files beside or above the inputs name: path as in `inputs` to the reason.
std::map<std::string, std::string> patches_of(const std::vector<Input>& inputs);

}  // namespace grovec::driver
