// Pod templates: images nobody can pull, nodes nobody may use, resources nobody offers; and annotations nobody reads.
#include <algorithm>
#include <string>

#include "ir/base/edit_distance.h"
#include "ir/labels.h"
#include "ir/quantity.h"
#include "passes/lint/lint.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// What makes an image a placeholder, or nothing.
std::string_view placeholder_in(std::string_view image) {
  for (std::string_view mark : {"<", ">", "${", "{{", "$("})
    if (image.find(mark) != std::string_view::npos) return mark;
  constexpr std::string_view kWords[] = {"todo",
                                         "fixme",
                                         "tbd",
                                         "changeme",
                                         "change-me",
                                         "change_me",
                                         "replaceme",
                                         "replace-me",
                                         "replace_me",
                                         "placeholder",
                                         "your-image",
                                         "your-registry",
                                         "your-registry.example.com"};
  const std::string text = lower(image);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_word_char(text[at]) || (at > 0 && is_word_char(text[at - 1]))) continue;
    const std::string_view rest = std::string_view(text).substr(at);
    for (std::string_view word : kWords)
      if (rest[0] == word[0] && rest.starts_with(word) &&
          (rest.size() == word.size() || !is_word_char(rest[word.size()])))
        return word;
  }
  return {};
}

bool is_latest(std::string_view image) {
  if (image.find('@') != std::string_view::npos) return false;
  const std::string_view last = image.substr(image.rfind('/') == std::string_view::npos ? 0 : image.rfind('/') + 1);
  const std::size_t colon = last.find(':');
  return colon == std::string_view::npos || last.substr(colon + 1) == "latest";
}

void image(const LintView& v, const ContainerAt& at) {
  const Value& name = at.container["image"];
  if (name.as_string().empty()) return;
  if (const std::string_view mark = placeholder_in(name.as_string()); !mark.empty())
    v.context.diags.report(name.at(), diag::PlaceholderImage, name.as_string()).path(at.path() + ".image");
  else if (v.options.latest_images && is_latest(name.as_string()))
    v.context.diags.report(name.at(), diag::LatestImage, name.as_string()).path(at.path() + ".image");
}

// --- resources -------------------------------------------------------------------------------------------------------

constexpr std::string_view kDevices[] = {
    "nvidia.com/gpu",        "nvidia.com/gpu.shared", "nvidia.com/pgpu",           "amd.com/gpu",
    "intel.com/gpu",         "gpu.intel.com/i915",    "gpu.intel.com/xe",          "habana.ai/gaudi",
    "google.com/tpu",        "aws.amazon.com/neuron", "aws.amazon.com/neuroncore", "aws.amazon.com/neurondevice",
    "vpc.amazonaws.com/efa", "huawei.com/Ascend910"};

/// The resource that was probably meant by a name that no device plugin uses, or nothing.
std::string_view meant_device(std::string_view name) {
  for (std::string_view device : kDevices)
    if (name == device) return {};
  if (name == "cpu" || name == "memory" || name == "ephemeral-storage") return {};
  const std::string text = lower(name);
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    constexpr std::string_view kBare[] = {"gpu", "gpus", "nvidia", "nvidia-gpu", "nvidia.gpu", "nvidia.com", "cuda"};
    for (std::string_view bare : kBare)
      if (text == bare) return kDevices[0];
    return text == "nvidia.com.gpu" ? kDevices[0] : std::string_view();
  }
  for (std::string_view device : kDevices) {
    if (text == device || text == std::string(device) + "s" || text == "www." + std::string(device)) return device;
    // One letter off in the vendor's domain or the device, both long enough for that to be no accident.
    if (edit_distance_halves(text, device) <= 2 && device.size() >= 10) return device;
    const std::string_view vendor = device.substr(0, device.find('.')), kind = device.substr(device.find('/'));
    if (text == std::string(vendor) + std::string(kind)) return device;
  }
  return {};
}

void resources(const LintView& v, const ContainerAt& at) {
  std::string_view told;
  for (const char* list : {"limits", "requests"})
    for (const Member& m : at.container["resources"][list].members()) {
      const std::string_view device = meant_device(m.key);
      if (device.empty() || m.key == told) continue;
      told = m.key;
      if (is_reported(v.context, m.value.at())) continue;
      v.context.diags.report(m.key_at != kNowhere ? m.key_at : m.value.at(), diag::UnknownDevice, m.key, device)
          .path(at.path() + ".resources." + list + "[" + std::string(m.key) + "]")
          .fix(m.key_at, std::string(device));
    }
}

// --- tolerations -----------------------------------------------------------------------------------------------------

bool is_gpu(std::string_view resource) {
  return resource.ends_with("/gpu") || resource.starts_with("gpu.intel.com/") ||
         resource.starts_with("nvidia.com/mig-");
}

/// The first GPU that a container of the clique asks for; nullptr if none does.
const Member* gpu_of(const Clique& c) {
  const Member* found = nullptr;
  for_each_container(c, [&](const ContainerAt& at) {
    for (const char* list : {"limits", "requests"})
      for (const Member& m : at.container["resources"][list].members()) {
        const bool is_none = m.value.is_int() ? m.value.as_int() == 0 : m.value.as_string() == "0";
        if (!found && is_gpu(m.key) && !is_none) found = &m;
      }
  });
  return found;
}

bool tolerates(const Clique& c, std::string_view key) {
  for (const Value& t : (*c.pod_spec)["tolerations"].items())
    if (t["key"].as_string() == key || (t["key"].as_string().empty() && t["operator"].as_string() == "Exists"))
      return true;
  return false;
}

bool same_nodes(const Clique& a, const Clique& b) {
  return equal((*a.pod_spec)["nodeSelector"], (*b.pod_spec)["nodeSelector"]) &&
         equal((*a.pod_spec)["affinity"]["nodeAffinity"], (*b.pod_spec)["affinity"]["nodeAffinity"]);
}

// A taint that all other GPU cliques for the same nodes tolerate, and this one does not.
void tolerations(const LintView& v) {
  std::vector<const Clique*> cliques;
  for (const Clique& c : v.set.cliques)
    if (c.pod_spec && gpu_of(c)) cliques.push_back(&c);
  for (const Clique* c : cliques) {
    const Clique* other = nullptr;
    for (const Clique* o : cliques)
      if (o != c && same_nodes(*o, *c) && !other) other = o;
    if (!other) continue;
    for (const Value& t : (*other->pod_spec)["tolerations"].items()) {
      const std::string_view key = t["key"].as_string();
      if (key.empty() || t["effect"].as_string() == "PreferNoSchedule" || tolerates(*c, key)) continue;
      if (!std::all_of(cliques.begin(), cliques.end(),
                       [&](const Clique* o) { return o == c || !same_nodes(*o, *c) || tolerates(*o, key); }))
        continue;
      const Member* gpu = gpu_of(*c);
      v.context.diags
          .report(gpu->key_at != kNowhere ? gpu->key_at : gpu->value.at(), diag::TolerationMissing, c->name, key,
                  other->name)
          .note(t.at(), diag::DeclaredHere, key)
          .path(clique_path(c->index, ".spec.podSpec.tolerations"));
      break;
    }
  }
}

}  // namespace

void lint_pods(const LintView& v) {
  for (const Clique& c : v.set.cliques)
    for_each_container(c, [&](const ContainerAt& at) {
      image(v, at);
      resources(v, at);
    });
  tolerations(v);
}

}  // namespace grovec::passes
