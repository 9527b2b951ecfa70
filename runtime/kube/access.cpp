#include "runtime/kube/access.h"

#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/kube/address.h"
#include "runtime/kube/files.h"
#include "runtime/kube/kubeconfig.h"
#include "runtime/kube/redact.h"

namespace grovec::kube {

namespace {

std::string folder_of(const std::string& file) {
  std::string folder = file.find('/') == file.npos ? "." : file.substr(0, file.rfind('/'));
  if (folder.empty()) return "/";
  if (folder[0] == '/') return folder;
  char here[4096];
  return ::getcwd(here, sizeof here) ? std::string(here) + "/" + folder : folder;
}

std::string variable(const Surroundings& s, const std::string& name) { return s.environment(name).value_or(""); }

Result<Done> add_file(ConfigFiles& files, const std::string& path) {
  Result<std::string> text = read_small_file(path);
  if (!text) return text.error();
  return add_config(files, path, folder_of(path), std::move(*text));
}

/// The files of KUBECONFIG, else ~/.kube/config. None is not an error yet.
Result<Done> add_default_files(ConfigFiles& files, const Surroundings& s) {
  std::string list = variable(s, "KUBECONFIG");
  if (list.empty()) {
    const std::string home = variable(s, "HOME");
    if (home.empty() || !exists(home + "/.kube/config")) return Done{};
    return add_file(files, home + "/.kube/config");
  }
  list += ':';
  for (std::size_t begin = 0, end; (end = list.find(':', begin)) != list.npos; begin = end + 1) {
    const std::string path = list.substr(begin, end - begin);
    if (path.empty() || !exists(path)) continue;
    if (Result<Done> done = add_file(files, path); !done) return done;
  }
  return Done{};
}

Result<Access> access_of_pod(const AccessOptions& options, const Surroundings& s) {
  const std::string host = variable(s, "KUBERNETES_SERVICE_HOST"), port = variable(s, "KUBERNETES_SERVICE_PORT");
  const std::string folder = options.service_account;
  if (host.empty() || port.empty() || !exists(folder + "/token"))
    return Error{
        "no cluster to talk to: there is no `~/.kube/config`, KUBECONFIG names no file that exists, and this is"
        " no pod with a service account; `--kubeconfig FILE` names one",
        Error::kUsage};
  if (!options.context.empty())
    return Error{"there is no kubeconfig, so there is no context `" + options.context + "`", Error::kUsage};
  Access access;
  access.server = "https://" + (host.find(':') != host.npos ? "[" + host + "]" : host) + ":" + port;
  if (!options.server.empty()) access.server = options.server;
  access.token.file = folder + "/token";
  access.authority.file = folder + "/ca.crt";
  if (Result<std::string> text = read_small_file(folder + "/namespace"); text && !text->empty())
    access.namespace_ = without_space_around(*text);
  return access;
}

Result<Done> check_insecure(const AccessOptions& options, Access& access) {
  if (options.insecure_skip_tls_verify) {
    access.insecure = true;
    access.authority = {};
  }
  if (!access.insecure) return Done{};
  if (!options.insecure_skip_tls_verify)
    return Error{"the cluster of context `" + access.context +
                     "` has `insecure-skip-tls-verify: true`: anybody on the way"
                     " could read and change everything; `--insecure-skip-tls-verify` accepts that",
                 Error::kUsage};
  access.warnings.push_back("the certificate of " + access.server +
                            " is not verified (--insecure-skip-tls-verify): anybody on the way can read and change"
                            " everything");
  return Done{};
}

Result<Done> check_plain_http(const Access& access) {
  if (!access.server.starts_with("http://") || is_loopback(access.server)) return Done{};
  if (access.token.empty() && access.username.empty() && !access.plugin) return Done{};
  return Error{"the server " + access.server + " has no TLS: credentials are not sent to it", Error::kUsage};
}

void warn_of_readers(Access& access) {
  for (const Material* m : {&access.token, &access.key}) {
    // The kubelet's own files are world-readable inside the pod, by design.
    if (m->file.empty() || m->file.starts_with("/var/run/secrets/") || !others_can_read(m->file)) continue;
    access.warnings.push_back("`" + m->file + "` can be read by others: `chmod 600` it");
  }
}

Result<Done> check_plugin(const Access& access, const Surroundings& s) {
  if (!access.plugin || variable(s, "KUBECTL_KUBERC") == "false") return Done{};
  std::string path = variable(s, "KUBERC");
  if (path == "off") return Done{};
  if (path.empty()) path = variable(s, "HOME") + "/.kube/kuberc";
  if (!exists(path)) return Done{};
  Result<std::string> text = read_small_file(path);
  if (!text) return text.error();
  return check_plugin_policy(path, *text, access.plugin->command, variable(s, "PATH"));
}

void keep_secrets(const Access& access) {
  for (const std::string* secret : {&access.token.bytes, &access.key.bytes, &access.password}) keep_secret(*secret);
  if (!access.password.empty()) keep_secret(encode_base64(access.username + ":" + access.password));
  // From here on the process holds credentials: no core file, no debugger of the same user.
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

Result<Access> load_access(const AccessOptions& options, const Surroundings& surroundings) {
  ConfigFiles files;
  Result<Done> read =
      options.kubeconfig.empty() ? add_default_files(files, surroundings) : add_file(files, options.kubeconfig);
  if (!read) return read.error();
  Result<Access> access = files.files.empty() ? access_of_pod(options, surroundings) : access_of(files, options);
  if (!access) return access.error();
  if (!options.namespace_.empty()) access->namespace_ = options.namespace_;
  for (auto check : {+[](const AccessOptions& o, Access& a, const Surroundings&) { return check_insecure(o, a); },
                     +[](const AccessOptions&, Access& a, const Surroundings&) { return check_plain_http(a); },
                     +[](const AccessOptions&, Access& a, const Surroundings& s) { return check_plugin(a, s); }})
    if (Result<Done> done = check(options, *access, surroundings); !done) return done.error();
  warn_of_readers(*access);
  keep_secrets(*access);
  for (const std::string& warning : access->warnings) surroundings.log(LogLevel::kWarning, redact(warning));
  return access;
}

std::string describe(const Access& access) {
  std::string out = access.server;
  if (!access.context.empty()) out += " (context `" + access.context + "`)";
  return redact(out);
}

}  // namespace grovec::kube
