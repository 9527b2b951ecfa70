/// \file Grove's CustomResourceDefinitions, carried in the executable as they are in schemas/crds.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace grovec::schemas {

struct CrdFile {
  std::string_view file_name;  ///< "grove.io_podcliquesets.yaml"
  std::string_view kind;       ///< "PodCliqueSet"
  std::string_view text;       ///< one YAML document
};

/// All five, sorted by file name. The texts are read-only memory that nothing touches before it is read.
std::span<const CrdFile> crds();

/// The text of the CRD of `kind`; empty if there is none. With `extended`, the fields of `--api extended` are added.
std::string crd_text(std::string_view kind, bool extended);

}  // namespace grovec::schemas
