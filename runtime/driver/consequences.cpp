#include "runtime/driver/consequences.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace grovec::driver {

namespace {

std::string_view parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}
std::string_view last_name(std::string_view path) {
  path = path.substr(path.rfind('.') + 1);
  return path.substr(0, path.find('['));
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Counts are compared with each other.
constexpr std::string_view kCounts[] = {"replicas", "minAvailable", "minReplicas", "maxReplicas"};
// Fields whose values are names of cliques or groups.
constexpr std::string_view kReferences[] = {
    "startsAfter",     "cliqueNames", "childCliqueNames", "podCliqueScalingGroups", "cliqueStartupType",
    "resourceSharing", "filter"};

/// The part of a path that names a clique or group: up to its last index.
std::string_view owner_of(std::string_view path) { return path.substr(0, path.rfind(']') + 1); }

/// The incomplete places of a document, made for look-up: there may be as many as findings.
class Places {
 public:
  explicit Places(const frontend::Document& document) : root_(document.root) {
    for (const std::string& place : document.incomplete) {
      if (place.ends_with("[]")) {
        const std::string_view list = std::string_view(place).substr(0, place.size() - 2);
        lacking_.insert(std::string(list));
        lacking_.insert(std::string(parent_of(list)));
        continue;
      }
      places_.insert(place);
      if (!place.ends_with(']')) parents_.insert(std::string(parent_of(place)));
      if (is_one_of(last_name(place), kCounts)) counted_.insert(std::string(owner_of(place)));
    }
    // Without indices a finding may be about any of them, so the place in the text must tell.
    if (!document.incomplete.empty()) add_origins(root_, {});
  }

  bool explain(const Diagnostic& d) const {
    if (places_.empty() && lacking_.empty()) return false;
    const std::string path = path_of(d);
    if (places_.contains(path)) return true;
    if (d.info->stage == Stage::kDecode) return false;
    if (!lacking_.empty() && (lacking_.contains(path) || is_one_of(last_name(path), kReferences))) return true;
    if (parents_.contains(path) || is_within_place(path)) return true;
    return is_one_of(last_name(path), kCounts) && counted_.contains(std::string(owner_of(path)));
  }

 private:
  void add_origins(const ir::Value& v, const std::string& path) {
    origins_.emplace(static_cast<std::uint32_t>(v.at()), path);
    for (std::size_t i = 0; i < v.items().size(); ++i) add_origins(v.items()[i], path + '[' + std::to_string(i) + ']');
    for (const ir::Member& m : v.members()) {
      const std::string inner = path.empty() ? std::string(m.key) : path + '.' + std::string(m.key);
      origins_.emplace(static_cast<std::uint32_t>(m.key_at), inner);
      add_origins(m.value, inner);
    }
  }

  /// Some messages name the field without saying in which clique.
  std::string path_of(const Diagnostic& d) const {
    if (!d.path.starts_with("spec.template.") || d.path.find('[') != std::string::npos) return d.path;
    auto it = origins_.find(static_cast<std::uint32_t>(d.at));
    return it == origins_.end() || it->second.empty() || d.at == kNowhere ? d.path : it->second;
  }

  bool is_within_place(std::string_view path) const {
    if (places_.contains(std::string())) return true;
    for (std::size_t i = path.find_first_of(".["); i != std::string_view::npos; i = path.find_first_of(".[", i + 1))
      if (places_.contains(std::string(path.substr(0, i)))) return true;
    return false;
  }

  const ir::Value& root_;
  std::unordered_set<std::string> places_, parents_, counted_, lacking_;
  std::unordered_map<std::uint32_t, std::string> origins_;
};

/// What tells a finding from others, although a text may stand for several places, as those of a mixin and of a YAML
/// anchor do: kind, place, and for a mixin, whichever use it was found in, the place of the argument behind it.
std::string place_in_text(const Context& context, const Diagnostic& d) {
  std::string key = std::to_string(d.info->code);
  auto add = [&](const Origin& o) {
    key += ' ' + std::to_string(static_cast<std::uint32_t>(o.source)) + ':' + std::to_string(o.begin);
  };
  if (d.at == kNowhere) return key + ' ' + d.path + ' ' + d.message;
  const Origin* o = &context.origins[d.at];
  add(*o);
  bool in_mixin = false;
  for (; o->cause != kNowhere; o = &context.origins[o->cause]) {
    in_mixin |= o->why == OriginCause::kMixin;
    if (o->why == OriginCause::kArgument) add(context.origins[o->cause]);
  }
  return in_mixin ? key : key + ' ' + d.message;
}

}  // namespace

void drop_consequences(Context& context, std::size_t from, const frontend::Document& document) {
  std::vector<Diagnostic>& all = context.diags.all();
  if (all.size() == from) return;
  const Places places(document);
  std::set<std::string> said;
  auto superfluous = [&](const Diagnostic& d) {
    return places.explain(d) || !said.insert(place_in_text(context, d)).second;
  };
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), superfluous), all.end());
}

}  // namespace grovec::driver
