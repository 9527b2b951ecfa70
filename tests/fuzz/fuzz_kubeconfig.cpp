// kubeconfig files, kuberc and what plugins print: no crash on any bytes, every path absolute, every server an address.
#include <cstdio>
#include <cstdlib>

#include "runtime/kube/exec_plugin.h"
#include "runtime/kube/kubeconfig.h"

using namespace grovec;

namespace {

void check_access(const Result<kube::Access>& access) {
  if (!access) return;
  if (!access->server.starts_with("http")) std::abort();
  for (const kube::Material* m : {&access->authority, &access->certificate, &access->key, &access->token})
    if (!m->file.empty() && m->file[0] != '/') {
      std::fprintf(stderr, "a relative path: %s\n", m->file.c_str());
      std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  kube::ConfigFiles files;
  if (kube::add_config(files, "config", "/folder", text)) check_access(kube::access_of(files, {}));
  (void)kube::check_plugin_policy("kuberc", text, "/bin/login", "/bin");
  kube::ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  const Result<kube::PluginCredential> got = kube::read_plugin_output(text, plugin);
  if (got && got->token.find('\n') != std::string::npos) std::abort();
  return 0;
}
