// Pod templates: images nobody can pull, nodes nobody may use, resources nobody offers; and annotations nobody reads.
#include <algorithm>
#include <string>

#include "ir/labels.h"
#include "ir/quantity.h"
#include "passes/lint/lint.h"
#include "passes/rules/pod/devices.h"
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

bool is_placeholder_word(std::string_view word) {
  for (std::string_view known : {"todo", "fixme", "tbd", "changeme", "change-me", "change_me", "replaceme",
                                 "replace-me", "replace_me", "placeholder"})
    if (word == known) return true;
  return false;
}

/// Whether a text in lower case begins with a word, and that ends there.
bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || !is_word_char(text[word.size()]));
}

/// `TODO` in `repo/image:TODO-set-me`: images have no capitals, so nobody takes it for a name.
bool has_shouted_word(std::string_view image) {
  const std::string text = lower(image);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_word_char(text[at]) || (at > 0 && is_word_char(text[at - 1])) || image[at] == text[at]) continue;
    for (std::string_view word :
         {"todo", "fixme", "tbd", "change", "changeme", "replace", "replaceme", "placeholder", "your"})
      if (begins_with_word(std::string_view(text).substr(at), word)) return true;
  }
  return false;
}

/// A part of an image's path, or its tag, that stands for another. `todo-service` and `your-org` differ: the first is
/// the name of a program.
bool is_placeholder_part(std::string_view part) {
  for (std::string_view begin : {"change-me", "changeme", "change_me", "replace-me", "replaceme", "replace_me"})
    if (begins_with_word(part, begin)) return true;
  if (part == "placeholder-image" || part == "image-placeholder") return true;
  if (!part.starts_with("your-") && !part.starts_with("your_")) return false;
  for (std::string_view what : {"image", "registry", "org", "organization", "repo", "repository", "account", "project",
                                "company", "name", "username", "user", "tag", "version", "app", "model", "server"})
    if (begins_with_word(part.substr(5), what)) return true;
  return false;
}

/// Whether an image is a placeholder.
bool is_placeholder(std::string_view image) {
  for (std::string_view mark : {"<", ">", "${", "{{", "$("})
    if (image.find(mark) != std::string_view::npos) return true;
  if (has_shouted_word(image)) return true;
  const std::string text = lower(image.substr(0, image.find('@')));
  std::string_view rest = text, tag;
  const std::size_t slash = rest.rfind('/'), colon = rest.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  if (is_placeholder_word(tag) || is_placeholder_part(tag)) return true;
  // `todo:1.2` is somebody's list of things to do.
  if (rest == "todo" && !tag.empty() && tag != "latest") return false;
  const std::size_t parts = 1 + static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '/'));
  for (std::size_t n = 0; n < parts; ++n) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (is_placeholder_part(part)) return true;
    if (is_placeholder_word(part) && (part != "todo" || parts == 1)) return true;
  }
  return false;
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
  if (is_placeholder(name.as_string()))
    v.context.diags.report(name.at(), diag::PlaceholderImage, name.as_string()).path(at.path() + ".image");
  else if (v.options.latest_images && is_latest(name.as_string()))
    v.context.diags.report(name.at(), diag::LatestImage, name.as_string()).path(at.path() + ".image");
}

// --- resources -------------------------------------------------------------------------------------------------------

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

/// `nvidia` of `nvidia.com/gpu`, `intel` of `gpu.intel.com/xe`: nodes have the GPUs of one vendor.
std::string_view vendor_of(std::string_view resource) {
  std::string_view domain = resource.substr(0, resource.find('/'));
  domain = domain.substr(0, domain.rfind('.'));
  return domain.substr(domain.rfind('.') == std::string_view::npos ? 0 : domain.rfind('.') + 1);
}

bool same_nodes(const Clique& a, const Clique& b) {
  return vendor_of(gpu_of(a)->key) == vendor_of(gpu_of(b)->key) &&
         equal((*a.pod_spec)["nodeSelector"], (*b.pod_spec)["nodeSelector"]) &&
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
