// Security contexts of pods and containers.
#include <algorithm>

#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::int64_t kMaxId = 2147483647;

void seccomp(const Refuser& refuse, const Spot& sc) {
  const Spot profile = sc.field("seccompProfile");
  if (!profile.exists()) return;
  const Spot path = profile.field("localhostProfile"), type = profile.field("type");
  if (type.text().empty())
    refuse(profile, "`type` of `seccompProfile` is missing");
  else
    refuse.check(profile, one_of("type", "Localhost|RuntimeDefault|Unconfined"));
  if (type.text() != "Localhost") {
    if (path.exists()) refuse(path, "`localhostProfile` can be set only with type `Localhost`");
  } else if (!path.exists()) {
    refuse(profile, "type `Localhost` needs `localhostProfile`");
  } else if (!is_relative_path(path.text())) {
    refuse(path, quoted(path.text()) + " is no relative path");
  }
}

void app_armor(const Refuser& refuse, const Spot& sc) {
  const Spot profile = sc.field("appArmorProfile");
  if (!profile.exists()) return;
  const Spot name = profile.field("localhostProfile"), type = profile.field("type");
  if (type.text().empty())
    refuse(profile, "`type` of `appArmorProfile` is missing");
  else
    refuse.check(profile, one_of("type", "Localhost|RuntimeDefault|Unconfined"));
  if (type.text() == "Localhost") {
    std::string_view text = name.text();
    if (text.empty() || is_blank_text(text.substr(0, 1)) || is_blank_text(text.substr(text.size() - 1)) ||
        text.size() > 4095)
      refuse(name, "type `Localhost` needs `localhostProfile` without blanks around it");
  } else if (name.exists() && is_word_of(type.text(), "RuntimeDefault|Unconfined")) {
    refuse(name, "`localhostProfile` can be set only with type `Localhost`");
  }
}

// DOMAIN\user, the domain optional.
bool is_windows_user(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; })) return false;
  std::size_t slash = text.find('\\');
  std::string_view user = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (slash != std::string_view::npos && (slash == 0 || slash > 255)) return false;
  return !user.empty() && user.size() <= 104 && user.find_first_not_of(". ") != std::string_view::npos &&
         user.find_first_of("\"/\\:;|=,+*?<>@[]") == std::string_view::npos;
}

void windows(const Refuser& refuse, const Spot& sc) {
  const Spot options = sc.field("windowsOptions");
  constexpr FieldRule kRules[] = {
      text_rule("gmsaCredentialSpecName", is_dns_subdomain, "a name of an object"),
      text_rule(
          "gmsaCredentialSpec", [](std::string_view s) { return !s.empty() && s.size() <= 65536; },
          "text of at most 64 KiB"),
      text_rule("runAsUserName", is_windows_user, "a name of a user"),
  };
  refuse.check(options, kRules);
}

void sysctls(const Refuser& refuse, const PodView& pod, const Spot& sc) {
  const Spot list = sc.field("sysctls");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot item = list.item(i);
    const Spot name = item.field("name");
    std::string dotted(name.text());
    std::replace(dotted.begin(), dotted.end(), '/', '.');
    if (!is_sysctl_name(name.text()))
      refuse(name, quoted(name.text()) + " is no name of a sysctl");
    else if (!seen.insert(name.text()).second)
      refuse(name, "sysctl " + quoted(name.text()) + " is set twice");
    if (pod.host_network && dotted.starts_with("net."))
      refuse(name, "network sysctls cannot be set together with `hostNetwork`");
    if ((*pod.spec)["hostIPC"].as_bool() && (dotted.starts_with("fs.mqueue.") || dotted.starts_with("kernel.msg") ||
                                             dotted.starts_with("kernel.sem") || dotted.starts_with("kernel.shm")))
      refuse(name, "IPC sysctls cannot be set together with `hostIPC`");
  }
}

void pod_context(const PodView& pod) {
  const Refuser refuse(pod.context, diag::SecurityContextInvalid);
  const Spot sc = pod.spec.field("securityContext");
  constexpr FieldRule kRules[] = {in_range("runAsUser", 0, kMaxId),
                                  in_range("runAsGroup", 0, kMaxId),
                                  in_range("fsGroup", 0, kMaxId),
                                  one_of("fsGroupChangePolicy", "Always|OnRootMismatch"),
                                  one_of("supplementalGroupsPolicy", "Merge|Strict"),
                                  one_of("seLinuxChangePolicy", "MountOption|Recursive")};
  refuse.check(sc, kRules);
  const Spot groups = sc.field("supplementalGroups");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Spot group = groups.item(i);
    if (group->as_int() < 0 || group->as_int() > kMaxId)
      refuse(group, "group " + std::to_string(group->as_int()) + " must be 0 to 2147483647");
  }
  const Spot share = pod.spec.field("shareProcessNamespace");
  if (share->as_bool() && (*pod.spec)["hostPID"].as_bool())
    refuse(share, "`shareProcessNamespace` and `hostPID` cannot both be set");
  seccomp(refuse, sc);
  app_armor(refuse, sc);
  windows(refuse, sc);
  sysctls(refuse, pod, sc);
  if (pod.host_users) return;
  for (std::string_view field : {"hostNetwork", "hostPID", "hostIPC"}) {
    const Spot host = pod.spec.field(field);
    if (host->as_bool()) refuse(host, quoted(field) + " cannot be set where `hostUsers` is false");
  }
}

void container_context(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::SecurityContextInvalid);
  const Spot sc = c.field("securityContext");
  if (!pod.host_users) {
    const Spot devices = c.field("volumeDevices");
    if (devices.size() > 0) refuse(devices, "`volumeDevices` cannot be used where `hostUsers` is false");
  }
  if (!sc.exists()) return;
  constexpr FieldRule kRules[] = {in_range("runAsUser", 0, kMaxId), in_range("runAsGroup", 0, kMaxId),
                                  one_of("procMount", "Default|Unmasked")};
  refuse.check(sc, kRules);
  const Spot mount = sc.field("procMount"), escalation = sc.field("allowPrivilegeEscalation");
  if (mount.text() == "Unmasked" && pod.host_users) refuse(mount, "`Unmasked` needs `hostUsers: false`");
  if (escalation.exists() && !escalation->as_bool()) {
    if (sc.field("privileged")->as_bool())
      refuse(escalation, "a privileged container cannot have `allowPrivilegeEscalation: false`");
    const Spot capabilities = sc.field("capabilities");
    for (const Value& added : (*capabilities)["add"].items())
      if (added.as_string() == "CAP_SYS_ADMIN")
        refuse(escalation, "a container with `CAP_SYS_ADMIN` cannot have `allowPrivilegeEscalation: false`");
  }
  seccomp(refuse, sc);
  app_armor(refuse, sc);
  windows(refuse, sc);
}

// Fields that mean nothing on the other system.
void operating_system(const PodView& pod) {
  if (pod.os != "linux" && pod.os != "windows") return;
  const Refuser refuse(pod.context, diag::SecurityContextInvalid);
  const bool linux = pod.os == "linux";
  auto forbid = [&](const Spot& node, std::string_view fields) {
    for (const Member& m : node->members())
      if (is_word_of(m.key, fields)) {
        const Spot field = node.field(m.key);
        if (field->is_bool() && !field->as_bool() && is_word_of(m.key, "hostPID|hostIPC")) continue;
        refuse(field, quoted(m.key) + " cannot be set in a pod for " + std::string(pod.os));
      }
  };
  const Spot sc = pod.spec.field("securityContext");
  forbid(sc, linux ? "windowsOptions"
                   : "appArmorProfile|seLinuxOptions|seccompProfile|fsGroup|fsGroupChangePolicy|sysctls|runAsUser|"
                     "runAsGroup|supplementalGroups|supplementalGroupsPolicy|seLinuxChangePolicy");
  if (!linux) forbid(pod.spec, "hostUsers|hostPID|hostIPC|shareProcessNamespace");
  for (std::string_view list_name : {"containers", "initContainers"}) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      const Spot own = c.field("securityContext");
      forbid(own, linux
                      ? "windowsOptions"
                      : "appArmorProfile|seLinuxOptions|seccompProfile|capabilities|readOnlyRootFilesystem|privileged|"
                        "allowPrivilegeEscalation|procMount|runAsUser|runAsGroup");
    }
  }
}

// HostProcess: all containers or none, and on the network of the node.
void host_process(const PodView& pod) {
  const Refuser refuse(pod.context, diag::SecurityContextInvalid);
  const Value& of_pod = (*pod.spec)["securityContext"]["windowsOptions"]["hostProcess"];
  std::size_t count = pod.waits ? 1 : 0, host = pod.waits && of_pod.as_bool() ? 1 : 0;
  for (std::string_view list_name : {"containers", "initContainers"}) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      const Value& own = (*c)["securityContext"]["windowsOptions"]["hostProcess"];
      ++count;
      if ((own.is_bool() ? own : of_pod).as_bool()) ++host;
      if (own.is_bool() && of_pod.is_bool() && own.as_bool() != of_pod.as_bool())
        refuse(c, "`hostProcess` of the container differs from that of the pod");
    }
  }
  if (host == 0) return;
  if (host != count) refuse(pod.spec, "some containers have `hostProcess` and some have not");
  if (!pod.host_network) refuse(pod.spec, "`hostProcess` needs `hostNetwork: true`");
}

}  // namespace

void verify_pod_security(const PodView& pod) {
  pod_context(pod);
  for (std::string_view list_name : {"containers", "initContainers"}) {
    const Spot list = pod.spec.field(list_name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Spot c = list.item(i);
      container_context(pod, c);
    }
  }
  operating_system(pod);
  host_process(pod);
}

}  // namespace grovec::passes
