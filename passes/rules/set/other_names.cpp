#include "passes/rules/set/other_names.h"

#include "ir/names.h"
#include "passes/wording.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string quoted(std::string_view name) { return '`' + std::string(name) + '`'; }

std::string members_of(const PodCliqueSet& set, const ScalingGroup& g) {
  constexpr std::size_t kMost = 4;
  std::string out;
  for (std::size_t i = 0; i < g.cliques.size() && i < kMost; ++i)
    out += (out.empty() ? "" : ", ") + quoted(set.cliques[g.cliques[i]].name);
  return g.cliques.size() > kMost ? out + ", …" : out;
}

/// The clique or group whose object has this name.
struct Generated {
  std::string_view clique, group;
};

Generated object_called(const PodCliqueSet& set, std::string_view text) {
  Arena arena;
  for (const Clique& c : set.cliques) {
    const Value name = c.group ? names::member_clique(arena, set.name, set.groups[*c.group].name, c.name)
                               : names::standalone_clique(arena, set.name, c.name);
    if (match_name(name, text)) return {c.name, {}};
  }
  for (const ScalingGroup& g : set.groups)
    if (match_name(names::scaling_group(arena, set.name, g.name), text) ||
        match_name(names::group_replica(arena, set.name, g.name), text))
      return {{}, g.name};
  return {};
}

/// A pod's name is its clique's with something behind it.
Generated object_or_pod_called(const PodCliqueSet& set, std::string_view text) {
  if (set.name.empty() || !text.starts_with(set.name)) return {};
  const Generated object = object_called(set, text);
  const std::size_t dash = text.rfind('-');
  if (!object.clique.empty() || !object.group.empty() || dash == std::string_view::npos) return object;
  const Generated pod = object_called(set, text.substr(0, dash));
  return pod.clique.empty() ? Generated{} : pod;
}

}  // namespace

std::string instead_of_clique(const PodCliqueSet& set, std::string_view written,
                              std::span<const std::string_view> candidates) {
  if (const auto g = set.find_group(written))
    return "; " + quoted(written) + " is a scaling group; name its cliques" +
           (set.groups[*g].cliques.empty() ? "" : ": " + members_of(set, set.groups[*g]));
  for (const Clique& c : set.cliques)
    if (c.role_name == written && !c.name.empty())
      return "; " + quoted(written) + " is the role of clique " + quoted(c.name) + "; write the clique's name";
  const Generated object = object_or_pod_called(set, written);
  if (!object.clique.empty())
    return "; that is the name of an object of clique " + quoted(object.clique) + "; write the clique's name";
  if (!object.group.empty()) {
    const auto g = set.find_group(object.group);
    return "; that is the name of an object of scaling group " + quoted(object.group) + "; name its cliques" +
           (g ? ": " + members_of(set, set.groups[*g]) : std::string());
  }
  return did_you_mean(written, candidates);
}

std::string instead_of_group(const PodCliqueSet& set, std::string_view written,
                             std::span<const std::string_view> candidates) {
  if (const auto c = set.find_clique(written)) {
    std::string out = "; " + quoted(written) + " is a clique";
    if (const auto g = set.cliques[*c].group) out += " of scaling group " + quoted(set.groups[*g].name);
    return out + "; `childCliqueNames` takes cliques";
  }
  const Generated object = object_or_pod_called(set, written);
  if (!object.group.empty())
    return "; that is the name of an object of scaling group " + quoted(object.group) + "; write the group's name";
  for (const Clique& c : set.cliques)
    if (c.role_name == written && !c.name.empty())
      return "; " + quoted(written) + " is the role of clique " + quoted(c.name);
  return did_you_mean(written, candidates);
}

}  // namespace grovec::passes
