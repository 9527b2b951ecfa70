/// \file Where the API server is and how to prove who we are: kubeconfig files, or the files inside a pod.
///
/// Read the way kubectl does: `--kubeconfig`, else the files of KUBECONFIG (the first to set a value wins, missing
/// files are skipped), else ~/.kube/config, else the service account of the pod. Nothing is ever read from a repository
/// or from
/// `.grovec.yaml`. Reading starts no plugin and opens no connection.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ir/base/result.h"
#include "runtime/kube/surroundings.h"

namespace grovec::kube {

/// Bytes given inline, or a file that is read again when it changes. At most one of both is set.
struct Material {
  std::string bytes;
  std::string file;  ///< absolute
  bool empty() const { return bytes.empty() && file.empty(); }
};

/// `users[].user.exec`: a program that prints credentials (client.authentication.k8s.io/v1 or v1beta1).
struct ExecPlugin {
  enum class Interactive : std::uint8_t { kIfAvailable, kNever, kAlways };
  std::string api_version, command, install_hint;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  Interactive interactive = Interactive::kIfAvailable;
  bool provides_cluster_info = false;
};

struct Access {
  std::string server;           ///< https://host[:port][/prefix], without a slash at the end
  std::string tls_server_name;  ///< verified instead of the host, if set
  std::string proxy;      ///< proxy-url; empty: HTTPS_PROXY and NO_PROXY of the environment, but none for loopback
  Material authority;     ///< PEM; empty: the system's
  bool insecure = false;  ///< only together with --insecure-skip-tls-verify
  bool compression = true;
  // Who we are: the first that is set of plugin, token, basic; a certificate may come with any.
  Material certificate, key, token;
  std::string username, password;
  std::optional<ExecPlugin> plugin;
  std::string as_user, as_uid;
  std::vector<std::string> as_groups;
  std::vector<std::pair<std::string, std::string>> as_extra;
  // For people.
  std::string context;                 ///< empty inside a pod
  std::string namespace_ = "default";  ///< the context's, or the pod's
  std::vector<std::string> warnings;   ///< to be shown each time: insecure, files that others can read
};

struct AccessOptions {
  std::string kubeconfig;                                  ///< --kubeconfig, a single file that must exist
  std::string context, cluster, user, namespace_, server;  ///< override what the file says
  bool insecure_skip_tls_verify = false;
  /// Folder of the service account; tests set another.
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
};

/// kUsage: no such context, a field that contradicts another; kContent: a file that cannot be understood (with line and
/// column); kIo: a file that cannot be read. Messages contain no secret.
Result<Access> load_access(const AccessOptions& options, const Surroundings& surroundings);

/// A command that needs a cluster, in its words: which server and context, never a credential.
std::string describe(const Access& access);

}  // namespace grovec::kube
