/// \file What the operator and the kubelet put into the pod: files with namespace, gang and token, and the server's
/// place.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ir/base/result.h"

namespace grovec::initc {

struct PodFacts {
  std::string namespace_name;
  std::string gang;  ///< name of the PodGang that the pod is in
  std::string host;  ///< of the API server: an address or a name
  std::string port;
  std::string token_file;  ///< read anew for each request: it rotates
  std::string ca_file;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the files below /var/grove/pod-info and /var/run/secrets/kubernetes.io/serviceaccount, or below the folders
/// that GROVE_POD_INFO_DIR and GROVE_TOKEN_DIR name.
Result<PodFacts> read_pod_facts(const Environment& environment);

/// The content of a small file without the white space around it.
Result<std::string> read_word(const std::string& path);

}  // namespace grovec::initc
