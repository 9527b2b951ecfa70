#include "runtime/live/connect.h"

#include <algorithm>
#include <string>

namespace grovec::live {

kube::AccessOptions access_options(const cli::Options& options) {
  kube::AccessOptions out;
  out.kubeconfig = options.get("--kubeconfig");
  out.context = options.get("--context");
  out.namespace_ = options.get("--namespace");
  out.insecure_skip_tls_verify = options.has("--insecure-skip-tls-verify");
  return out;
}

kube::Surroundings surroundings_of(const cli::Options& options) {
  kube::Surroundings out = kube::real_surroundings();
  out.log_level = static_cast<kube::LogLevel>(std::min<std::size_t>(options.all("--verbose").size(), 2));
  return out;
}

}  // namespace grovec::live
