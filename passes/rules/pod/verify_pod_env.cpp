// Environment variables, and references to fields of the pod.
#include <algorithm>

#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kEnvPaths =
    "metadata.name|metadata.namespace|metadata.uid|spec.nodeName|spec.host|spec.serviceAccountName|status.hostIP|"
    "status.hostIPs|status.podIP|status.podIPs";

void key_of(const Refuser& refuse, const Spot& ref, std::string_view of) {
  const Spot name = ref.field("name"), key = ref.field("key");
  if (!is_dns_subdomain(name.text())) refuse(name, quoted(name.text()) + " is no name of a " + std::string(of));
  if (!is_config_key(key.text())) refuse(key, quoted(key.text()) + " is no key of a " + std::string(of));
}

void file_key(const PodView& pod, const Refuser& refuse, const Spot& ref) {
  const Spot key = ref.field("key"), volume = ref.field("volumeName"), path = ref.field("path");
  if (!is_relaxed_env_name(key.text())) refuse(key, quoted(key.text()) + " is no name of a variable");
  if (path.text().empty() || !has_no_backsteps(path.text()))
    refuse(path, quoted(path.text()) + " is no path inside of a volume");
  auto found = pod.volumes.find(volume.text());
  if (found == pod.volumes.end())
    refuse(volume, "the pod has no volume " + quoted(volume.text()));
  else if (found->second != "emptyDir")
    refuse(volume, "volume " + quoted(volume.text()) + " must be an `emptyDir`");
}

void value_from(const PodView& pod, const Refuser& refuse, const Spot& var, const Spot& from) {
  constexpr std::string_view kSources[] = {"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef",
                                           "fileKeyRef"};
  int sources = 0;
  for (std::string_view source : kSources) {
    const Spot ref = from.field(source);
    if (!ref.exists()) continue;
    ++sources;
    if (source == "fieldRef") check_field_ref(refuse, ref, kEnvPaths);
    if (source == "resourceFieldRef") check_resource_ref(refuse, ref);
    if (source == "configMapKeyRef") key_of(refuse, ref, "ConfigMap");
    if (source == "secretKeyRef") key_of(refuse, ref, "Secret");
    if (source == "fileKeyRef") file_key(pod, refuse, ref);
  }
  const std::string name = quoted(var.field("name").text());
  if (sources == 0)
    refuse(from, "`valueFrom` of variable " + name + " names no source");
  else if (!var.field("value").text().empty())
    refuse(from, "variable " + name + " has both `value` and `valueFrom`");
  else if (sources > 1)
    refuse(from, "`valueFrom` of variable " + name + " names more than one source");
}

void env_from(const Refuser& refuse, const Spot& c) {
  const Spot list = c.field("envFrom");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot item = list.item(i);
    const Spot prefix = item.field("prefix"), map = item.field("configMapRef"), secret = item.field("secretRef");
    if (!prefix.text().empty() && !is_relaxed_env_name(prefix.text()))
      refuse(prefix, quoted(prefix.text()) + " is no prefix of names of variables");
    if (map.exists() == secret.exists())
      refuse(item, "an item of `envFrom` needs either `configMapRef` or `secretRef`");
    for (const Spot* ref : {&map, &secret}) {
      if (!ref->exists()) continue;
      const Spot name = ref->field("name");
      std::string masked(name.text());
      if (!masked.empty() && masked.back() == '-') masked.back() = 'a';  // the server takes it for a prefix
      if (!is_dns_subdomain(masked))
        refuse(name, quoted(name.text()) + " is no name of a " + (ref == &map ? "ConfigMap" : "Secret"));
    }
  }
}

}  // namespace

void check_field_ref(const Refuser& refuse, const Spot& ref, std::string_view paths) {
  const Spot version = ref.field("apiVersion"), path = ref.field("fieldPath");
  if (!version.text().empty() && version.text() != "v1") refuse(version, "`apiVersion` of a field must be `v1`");
  std::string_view text = path.text();
  std::size_t open = text.find("['");
  if (open != std::string_view::npos && text.ends_with("']") && open > 0) {
    std::string_view map = text.substr(0, open), key = text.substr(open + 2, text.size() - open - 4);
    bool good = map == "metadata.labels"        ? is_qualified_name(key)
                : map == "metadata.annotations" ? is_qualified_name(to_lower_ascii(key))
                                                : false;
    if (!good) refuse(path, quoted(text) + " is no field of a pod that can be referred to");
  } else if (!is_word_of(text, paths)) {
    refuse(path, quoted(text) + " is no field of a pod that can be referred to here");
  }
}

void check_resource_ref(const Refuser& refuse, const Spot& ref) {
  const Spot resource = ref.field("resource"), divisor = ref.field("divisor");
  std::string_view name = resource.text();
  const bool huge = name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-");
  if (!huge && !is_word_of(name,
                           "limits.cpu|limits.memory|limits.ephemeral-storage|requests.cpu|requests.memory|"
                           "requests.ephemeral-storage"))
    refuse(resource, quoted(name) + " is no resource that can be referred to");
  std::optional<Quantity> q = quantity_of(*divisor);
  if (!q || is_zero(*q)) return;
  const bool cpu = name.ends_with(".cpu");
  if (!is_word_of(canonical_text(*q), cpu ? "1m|1" : "1|1k|1M|1G|1T|1P|1E|1Ki|1Mi|1Gi|1Ti|1Pi|1Ei") &&
      (cpu || huge || name.ends_with(".memory") || name.ends_with(".ephemeral-storage")))
    refuse(divisor, cpu ? "the divisor of `cpu` must be `1m` or `1`"
                        : "the divisor must be 1 with a unit, such as `1`, `1M` or `1Mi`");
}

void verify_container_env(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::ContainerEnvInvalid);
  const Spot env = c.field("env");
  for (std::size_t i = 0; i < env.size(); ++i) {
    const Spot var = env.item(i);
    const Spot from = var.field("valueFrom");
    if (from.exists()) value_from(pod, refuse, var, from);
  }
  env_from(refuse, c);
}

}  // namespace grovec::passes
