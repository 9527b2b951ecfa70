#include "runtime/driver/consequences.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "frontend/dsl_lower.h"

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

bool is_within(std::string_view path, std::string_view place) {
  return place.empty() || (path.starts_with(place) && path.size() > place.size() &&
                           (path[place.size()] == '.' || path[place.size()] == '['));
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

bool follows(std::string_view path, Stage stage, std::string_view place) {
  if (path == place) return true;
  if (stage == Stage::kDecode) return false;
  if (place.ends_with("[]")) {
    place.remove_suffix(2);
    return path == place || path == parent_of(place) || is_one_of(last_name(path), kReferences);
  }
  if (is_within(path, place)) return true;
  if (!place.ends_with(']') && path == parent_of(place)) return true;
  return is_one_of(last_name(path), kCounts) && is_one_of(last_name(place), kCounts) &&
         owner_of(path) == owner_of(place);
}

/// Path, with indices, of the value or key that has the origin `at`; empty if there is none in `v`.
std::string find_origin(const ir::Value& v, OriginId at, const std::string& path) {
  if (v.at() == at) return path;
  for (std::size_t i = 0; i < v.items().size(); ++i)
    if (std::string found = find_origin(v.items()[i], at, path + '[' + std::to_string(i) + ']'); !found.empty())
      return found;
  for (const ir::Member& m : v.members()) {
    const std::string inner = path.empty() ? std::string(m.key) : path + '.' + std::string(m.key);
    if (m.key_at == at) return inner;
    if (std::string found = find_origin(m.value, at, inner); !found.empty()) return found;
  }
  return {};
}

bool follows_from_any(const Diagnostic& d, const frontend::Document& document) {
  if (document.incomplete.empty()) return false;
  // Some messages name the field without saying in which clique; the place in the text tells.
  std::string path = d.path;
  if (path.starts_with("spec.template.") && path.find('[') == std::string::npos && d.at != kNowhere)
    if (std::string found = find_origin(document.root, d.at, {}); !found.empty()) path = std::move(found);
  return std::any_of(document.incomplete.begin(), document.incomplete.end(),
                     [&](const std::string& place) { return follows(path, d.info->stage, place); });
}

/// What tells a finding from others, although text of the DSL may stand for several places: kind, place, and for a
/// mixin, whichever use it was found in, the place of the argument behind it.
std::string place_in_text(const Context& context, const Diagnostic& d) {
  std::string key = std::to_string(d.info->code);
  auto add = [&](const Origin& o) {
    key += ' ' + std::to_string(static_cast<std::uint32_t>(o.source)) + ':' + std::to_string(o.begin);
  };
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
  const std::string_view name = context.sources.name(document.source);
  const bool is_grove = frontend::is_grove_path(name) || frontend::is_grove_text(context.sources.text(document.source));
  std::set<std::string> said;
  auto superfluous = [&](const Diagnostic& d) {
    if (follows_from_any(d, document)) return true;
    return is_grove && !said.insert(place_in_text(context, d)).second;
  };
  std::vector<Diagnostic>& all = context.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), superfluous), all.end());
}

}  // namespace grovec::driver
