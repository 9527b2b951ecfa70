// Volumes and what is mounted where.
#include <algorithm>
#include <array>

#include "ir/labels.h"
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kFilePaths =
    "metadata.name|metadata.namespace|metadata.labels|metadata.annotations|metadata.uid";
constexpr std::int64_t kMaxMode = 0777;

// host:port, several with commas between; an IPv6 address stands in brackets.
bool is_host_port_list(std::string_view text) {
  while (true) {
    std::size_t comma = text.find(',');
    std::string_view pair = text.substr(0, comma);
    std::size_t colon = pair.rfind(':');
    if (colon == std::string_view::npos) return false;
    std::string_view host = pair.substr(0, colon);
    if (!(host.starts_with('[') && host.ends_with(']')) && host.find(':') != std::string_view::npos) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

/// A kind of volume with the simple rules on its fields.
struct Source {
  std::string_view field;
  std::array<FieldRule, 4> rules{};
};

constexpr Source kSources[] = {
    {"awsElasticBlockStore", {required("volumeID"), in_range("partition", 0, 255)}},
    {"azureDisk",
     {required("diskName"), required("diskURI"), one_of("cachingMode", "None|ReadOnly|ReadWrite"),
      one_of("kind", "Shared|Dedicated|Managed")}},
    {"azureFile", {required("secretName"), required("shareName")}},
    {"cephfs", {required("monitors")}},
    {"cinder", {required("volumeID")}},
    {"configMap", {required("name"), in_range("defaultMode", 0, kMaxMode)}},
    {"csi", {required("driver"), text_rule("driver", is_driver_name, "a name of a CSI driver")}},
    {"downwardAPI", {in_range("defaultMode", 0, kMaxMode)}},
    {"emptyDir", {}},
    {"ephemeral", {required("volumeClaimTemplate")}},
    {"fc", {in_range("lun", 0, 255)}},
    {"flexVolume", {required("driver")}},
    {"flocker", {}},
    {"gcePersistentDisk", {required("pdName"), in_range("partition", 0, 255)}},
    {"gitRepo", {required("repository"), text_rule("directory", is_relative_path, "a relative path")}},
    {"glusterfs", {required("endpoints"), required("path")}},
    {"hostPath",
     {required("path"), text_rule("path", has_no_backsteps, "a path without `..`"),
      one_of("type", "|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice")}},
    {"image", {required("reference"), one_of("pullPolicy", "Always|IfNotPresent|Never")}},
    {"iscsi", {required("targetPortal"), required("iqn"), in_range("lun", 0, 255)}},
    {"nfs", {required("server"), text_rule("path", is_absolute_path, "an absolute path")}},
    {"persistentVolumeClaim", {required("claimName")}},
    {"photonPersistentDisk", {required("pdID")}},
    {"portworxVolume", {required("volumeID")}},
    {"projected", {in_range("defaultMode", 0, kMaxMode)}},
    {"quobyte",
     {required("registry"), required("volume"), text_rule("registry", is_host_port_list, "a list of host:port"),
      text_rule(
          "tenant", [](std::string_view t) { return t.size() <= 64; }, "text of at most 64 characters")}},
    {"rbd", {required("monitors"), required("image")}},
    {"scaleIO", {required("gateway"), required("system"), required("volumeName")}},
    {"secret", {required("secretName"), in_range("defaultMode", 0, kMaxMode)}},
    {"storageos",
     {required("volumeName"), text_rule("volumeName", is_dns_label, "a name of a volume"),
      text_rule("volumeNamespace", is_dns_label, "a name of a namespace")}},
    {"vsphereVolume", {required("volumePath")}},
};

using Paths = std::set<std::string_view>;

void distinct(const Refuser& refuse, const Spot& path, Paths* paths) {
  if (paths && !path.text().empty() && !paths->insert(path.text()).second)
    refuse(path, "two files of the volume have the path " + quoted(path.text()));
}

// Keys of ConfigMaps and Secrets that become files.
void items(const Refuser& refuse, const Spot& source, Paths* paths) {
  const Spot list = source.field("items");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot item = list.item(i);
    constexpr FieldRule kRules[] = {required("key"), required("path"),
                                    text_rule("path", is_projected_path, "a relative path without `..`"),
                                    in_range("mode", 0, kMaxMode)};
    refuse.check(item, kRules);
    const Spot path = item.field("path");
    distinct(refuse, path, paths);
  }
}

void files(const Refuser& refuse, const Spot& source, Paths* paths) {
  const Spot list = source.field("items");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot item = list.item(i);
    constexpr FieldRule kRules[] = {required("path"),
                                    text_rule("path", is_projected_path, "a relative path without `..`"),
                                    in_range("mode", 0, kMaxMode)};
    refuse.check(item, kRules);
    const Spot field = item.field("fieldRef"), resource = item.field("resourceFieldRef"), path = item.field("path");
    if (field.exists() == resource.exists()) refuse(item, "a file needs either `fieldRef` or `resourceFieldRef`");
    if (field.exists()) check_field_ref(refuse, field, kFilePaths);
    if (!field.exists() && resource.exists()) {
      refuse.check(resource, required("containerName"));
      check_resource_ref(refuse, resource);
    }
    distinct(refuse, path, paths);
  }
}

void projected(const Refuser& refuse, const Spot& source) {
  const Spot list = source.field("sources");
  Paths paths;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot item = list.item(i);
    int count = 0;
    for (std::string_view kind : {"secret", "configMap", "downwardAPI", "serviceAccountToken"})
      count += item.field(kind).exists() ? 1 : 0;  // the API server drops the other two: their gates are off
    if (count > 1) refuse(item, "a source of a projected volume can have one type only");
    for (std::string_view kind : {"secret", "configMap"}) {
      const Spot s = item.field(kind);
      if (!s.exists()) continue;
      refuse.check(s, required("name"));
      items(refuse, s, &paths);
    }
    const Spot downward = item.field("downwardAPI"), token = item.field("serviceAccountToken");
    if (downward.exists()) files(refuse, downward, &paths);
    if (!token.exists()) continue;
    constexpr FieldRule kRules[] = {required("path"),
                                    text_rule("path", is_projected_path, "a relative path without `..`"),
                                    in_range("expirationSeconds", 600, std::int64_t{1} << 32)};
    refuse.check(token, kRules);
  }
}

void claim_template(const Refuser& refuse, const Spot& source) {
  const Spot t = source.field("volumeClaimTemplate");
  if (!t.exists()) return;
  const Spot spec = t.field("spec"), meta = t.field("metadata");
  const Spot modes = spec.field("accessModes"), resources = spec.field("resources");
  const Spot labels = meta.field("labels"), selector = spec.field("selector"), wanted = resources.field("requests");
  const Spot storage = wanted.field("storage");
  check_labels(refuse, labels);
  check_selector(refuse, selector);
  if (modes.size() == 0) refuse(modes, "a claim needs at least one of `accessModes`");
  bool pod_only = false;
  for (std::size_t i = 0; i < modes.size(); ++i) {
    const Spot mode = modes.item(i);
    pod_only |= mode.text() == "ReadWriteOncePod";
    if (!is_word_of(mode.text(), "ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod"))
      refuse(mode, quoted(mode.text()) +
                       " is no access mode; known: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod");
  }
  if (pod_only && modes.size() > 1 && std::any_of(modes->items().begin(), modes->items().end(), [](const Value& m) {
        return is_word_of(m.as_string(), "ReadWriteOnce|ReadOnlyMany|ReadWriteMany");
      }))
    refuse(modes, "`ReadWriteOncePod` cannot be combined with other access modes");
  std::optional<Quantity> amount = quantity_of(*storage);
  if (!storage.exists())
    refuse(spec, "a claim needs an amount of `storage` in `resources.requests`");
  else if (amount && compare(*amount, *parse_quantity("0")) <= 0)
    refuse(storage, "the amount of `storage` is not positive");
  constexpr FieldRule kRules[] = {
      one_of("volumeMode", "Block|Filesystem"),
      text_rule(
          "storageClassName", [](std::string_view s) { return s.empty() || is_dns_subdomain(s); },
          "a name of a StorageClass")};
  refuse.check(spec, kRules);
  for (std::string_view field : {"dataSource", "dataSourceRef"}) {
    const Spot ref = spec.field(field);
    if (!ref.exists()) continue;
    constexpr FieldRule kRef[] = {required("kind"), required("name")};
    refuse.check(ref, kRef);
    const Spot group = ref.field("apiGroup"), kind = ref.field("kind");
    if (group.text().empty() && kind.text() != "PersistentVolumeClaim")
      refuse(ref, "without `apiGroup` only a PersistentVolumeClaim can be the source");
    if (!group.text().empty() && !is_dns_subdomain(group.text()))
      refuse(group, quoted(group.text()) + " is no API group");
  }
}

void iscsi(const Refuser& refuse, const Spot& s, std::string_view volume) {
  const Spot iqn = s.field("iqn"), initiator = s.field("initiatorName");
  for (const Spot* name : {&iqn, &initiator})
    if (!name->text().empty() && !name->text().starts_with("iqn") && !name->text().starts_with("eui") &&
        !name->text().starts_with("naa"))
      refuse(*name, quoted(name->text()) + " starts with none of iqn, eui, naa");
  if ((s.field("chapAuthDiscovery")->as_bool() || s.field("chapAuthSession")->as_bool()) &&
      !s.field("secretRef").exists())
    refuse(s, "CHAP needs `secretRef`");
  if (initiator.exists() && volume.size() + 1 + s.field("targetPortal").text().size() > 64)
    refuse(initiator, "with `initiatorName`, the name of the volume and `targetPortal` have at most 63 characters");
}

void special(const Refuser& refuse, const Spot& s, std::string_view volume) {
  const std::string_view kind = s.key();
  if (kind == "secret" || kind == "configMap") items(refuse, s, nullptr);
  if (kind == "downwardAPI") files(refuse, s, nullptr);
  if (kind == "projected") projected(refuse, s);
  if (kind == "ephemeral") claim_template(refuse, s);
  if (kind == "iscsi") iscsi(refuse, s, volume);
  const Spot limit = s.field("sizeLimit"), wwns = s.field("targetWWNs"), wwids = s.field("wwids");
  if (kind == "emptyDir")
    if (std::optional<Quantity> q = quantity_of(*limit); q && compare(*q, *parse_quantity("0")) < 0)
      refuse(limit, "`sizeLimit` is negative");
  if (kind == "fc") {
    if ((wwns.size() > 0) == (wwids.size() > 0)) refuse(s, "`fc` needs either `targetWWNs` or `wwids`");
    if (wwns.size() > 0 && !s.field("lun").exists()) refuse(s, "`targetWWNs` need a `lun`");
  }
  if (kind == "nfs" && !s.field("path").exists()) refuse.check(s, required("path"));
  if (kind == "azureDisk") {
    const Spot uri = s.field("diskURI"), disk = s.field("kind");
    const bool managed = disk.text() == "Managed";
    if (!uri.text().starts_with(managed ? "/subscriptions/" : "https://"))
      refuse(uri, quoted(uri.text()) + " is no URI of a disk of this kind");
  }
  if (kind == "flocker") {
    const Spot name = s.field("datasetName"), uuid = s.field("datasetUUID");
    if (name.text().empty() == uuid.text().empty()) refuse(s, "`flocker` needs either `datasetName` or `datasetUUID`");
    if (name.text().find('/') != std::string_view::npos) refuse(name, "`datasetName` cannot have a `/`");
  }
  if (kind == "flexVolume") {
    const Spot options = s.field("options");
    for (const Member& m : options->members()) {
      const Spot option = options.field(m.key);
      const std::string domain = "." + to_lower_ascii(m.key.substr(0, m.key.find('/')));
      if (domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io"))
        refuse(option, "the domain of option " + quoted(m.key) + " is reserved");
    }
  }
  if (kind == "csi" || kind == "cinder" || kind == "storageos") {
    const Spot ref = s.field(kind == "csi" ? "nodePublishSecretRef" : "secretRef");
    if (ref.exists()) refuse.check(ref, required("name"));
    const Spot name = ref.field("name");
    if (kind == "csi" && !name.text().empty() && !is_dns_subdomain(name.text()))
      refuse(name, quoted(name.text()) + " is no name of a Secret");
  }
}

// The kind of the volume; empty `{}` of the server's default counts as `emptyDir`.
std::string_view source_of(const Refuser& refuse, const Spot& volume) {
  std::string_view first;
  for (const Source& source : kSources) {
    const Spot s = volume.field(source.field);
    if (!s.exists()) continue;
    if (!first.empty()) {
      refuse(s, "volume " + quoted(volume.field("name").text()) + " has two types, " + quoted(first) + " and " +
                    quoted(source.field));
      continue;
    }
    first = source.field;
    for (const FieldRule& rule : source.rules)
      if (!rule.field.empty()) refuse.check(s, rule);
    special(refuse, s, volume.field("name").text());
  }
  return first.empty() ? "emptyDir" : first;
}

}  // namespace

void verify_pod_volumes(PodView& pod) {
  const Refuser refuse(pod.context, diag::VolumeInvalid);
  const Spot list = pod.spec.field("volumes");
  std::map<std::string_view, OriginId> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot volume = list.item(i);
    const Spot name = volume.field("name");
    if (name.text().empty()) {
      refuse(name, "a volume needs a `name`");
    } else if (!is_dns_label(name.text())) {
      DiagnosticBuilder found = refuse(name, quoted(name.text()) + " cannot be the name of a volume");
      std::string better = dns_suggestion(name.text());
      if (!better.empty()) found.fix(name.at(pod.context), better);
    } else if (auto [it, is_new] = seen.emplace(name.text(), name.at(pod.context)); !is_new) {
      refuse(name, "two volumes are called " + quoted(name.text())).note(it->second, diag::FirstItemHere);
    }
    pod.volumes.emplace(name.text(), source_of(refuse, volume));
  }
  if (!pod.waits) return;
  pod.volumes.emplace(keys::kTokenVolume, "secret");
  pod.volumes.emplace(keys::kPodInfoVolume, "downwardAPI");
}

namespace {

void mount(const PodView& pod, const Refuser& refuse, const Spot& m, bool privileged) {
  const Spot name = m.field("name"), path = m.field("mountPath"), sub = m.field("subPath");
  const Spot expression = m.field("subPathExpr"), spread = m.field("mountPropagation");
  if (!pod.volumes.contains(name.text()))
    refuse(name, name.text().empty() ? "`name` is missing" : "the pod has no volume " + quoted(name.text()));
  if (path.text().empty()) refuse(path, "`mountPath` is missing");
  for (const Spot* s : {&sub, &expression})
    if (!s->text().empty() && !is_relative_path(s->text()))
      refuse(*s, quoted(s->text()) + " is no relative path without `..`");
  if (!sub.text().empty() && !expression.text().empty())
    refuse(expression, "`subPath` and `subPathExpr` cannot both be set");
  refuse.check(m, one_of("mountPropagation", "None|HostToContainer|Bidirectional"));
  if (spread.text() == "Bidirectional" && !privileged)
    refuse(spread, "`Bidirectional` is possible only in privileged containers");
  refuse.check(m, one_of("recursiveReadOnly", "Disabled|Enabled|IfPossible"));
  const Spot recursive = m.field("recursiveReadOnly");
  if (!is_word_of(recursive.text(), "Enabled|IfPossible")) return;
  if (!m.field("readOnly")->as_bool()) refuse(recursive, "`recursiveReadOnly` needs `readOnly: true`");
  if (spread.exists() && spread.text() != "None")
    refuse(recursive, "`recursiveReadOnly` cannot be combined with `mountPropagation`");
}

}  // namespace

void verify_container_mounts(const PodView& pod, const Spot& c) {
  const Refuser refuse(pod.context, diag::VolumeMountInvalid);
  const Spot mounts = c.field("volumeMounts"), devices = c.field("volumeDevices");
  const bool privileged = (*c)["securityContext"]["privileged"].as_bool();
  std::map<std::string_view, OriginId> paths;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Spot m = mounts.item(i);
    const Spot path = m.field("mountPath");
    mount(pod, refuse, m, privileged);
    names.insert(m.field("name").text());
    auto [it, is_new] = paths.emplace(path.text(), path.at(pod.context));
    if (!is_new)
      refuse(path, "two volumes are mounted at " + quoted(path.text())).note(it->second, diag::FirstItemHere);
  }
  std::set<std::string_view> device_names;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const Spot d = devices.item(i);
    const Spot name = d.field("name"), path = d.field("devicePath");
    auto found = pod.volumes.find(name.text());
    if (found == pod.volumes.end())
      refuse(name, "the pod has no volume " + quoted(name.text()));
    else if (!is_word_of(found->second, "persistentVolumeClaim|ephemeral"))
      refuse(name, "volume " + quoted(name.text()) + " is no claim, so it cannot be a device");
    if (path.text().empty() || !has_no_backsteps(path.text()))
      refuse(path, quoted(path.text()) + " is no path of a device");
    if (names.contains(name.text()) || !device_names.insert(name.text()).second)
      refuse(name, "the container uses volume " + quoted(name.text()) + " twice");
    auto [it, is_new] = paths.emplace(path.text(), path.at(pod.context));
    if (!is_new) refuse(path, quoted(path.text()) + " is taken twice").note(it->second, diag::FirstItemHere);
  }
}

}  // namespace grovec::passes
