#include "passes/admission/admit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>

#include "passes/admission/build_spec.h"
#include "passes/admission/check_decode.h"
#include "passes/admission/check_structure.h"
#include "passes/admission/fill_defaults.h"
#include "passes/broken_environment.h"
#include "passes/path.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('.') + 1); }
std::string_view parent_part(std::string_view path) {
  std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

/// Fields that everything else in a set refers to: without them nothing certain can be said.
bool is_structural(std::string_view path) {
  constexpr std::string_view kPaths[] = {"spec",
                                         "spec.template",
                                         "spec.template.cliques",
                                         "spec.template.cliques.name",
                                         "spec.template.cliques.spec",
                                         "spec.template.podCliqueScalingGroups",
                                         "spec.template.podCliqueScalingGroups.name",
                                         "spec.template.podCliqueScalingGroups.cliqueNames",
                                         "spec.template.resourceClaimTemplates"};
  return std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths);
}

constexpr std::string_view kCounts[] = {"replicas", "minAvailable", "minReplicas", "maxReplicas"};

bool is_count(std::string_view path) {
  return std::find(std::begin(kCounts), std::end(kCounts), last_part(path)) != std::end(kCounts);
}

/// Places that were left out, made for look-up: there may be as many as findings.
class LeftOut {
 public:
  explicit LeftOut(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      paths_.insert(path);
      parents_.emplace(parent_part(path));
      names_.emplace(last_part(path));
      any_count_ |= is_count(path);
      any_structural_ |= is_structural(path);
    }
  }

  /// Whether one of them is the path or around it. `marks`: what may stand behind the outer path.
  bool is_around(const std::string& path, const char* marks) const {
    if (paths_.contains(path)) return true;
    for (std::size_t at = path.find_first_of(marks); at != std::string::npos; at = path.find_first_of(marks, at + 1))
      if (paths_.contains(path.substr(0, at))) return true;
    return false;
  }

  /// Whether a finding at `path`, without indices, probably follows from one of them.
  bool explains(const std::string& path) const {
    if (is_around(path, ".") || parents_.contains(path)) return true;
    if (!path.empty() && names_.contains(std::string(last_part(path)))) return true;
    return (any_count_ && is_count(path)) || (any_structural_ && path.starts_with("spec"));
  }

 private:
  std::unordered_set<std::string> paths_, parents_, names_;
  bool any_count_ = false, any_structural_ = false;
};

/// The path as the schema has it: upstream's rules on pods put another `spec` in.
std::string schema_path(std::string path) {
  constexpr std::string_view kTwice = ".podSpec.spec.";
  std::size_t at = path.find(kTwice);
  if (at != std::string::npos) path.erase(at + 8, 5);
  return path;
}

/// Drops findings from `from` on whose path says that they follow.
template <class Follows>
void drop(Diagnostics& diags, std::size_t from, const Follows& follows) {
  std::vector<Diagnostic>& all = diags.all();
  auto does = [&](const Diagnostic& d) { return follows(schema_path(d.path)); };
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), does), all.end());
}

void drop_consequences(Diagnostics& diags, std::size_t from, const std::vector<std::string>& broken) {
  const LeftOut left_out(broken);
  drop(diags, from, [&](const std::string& path) { return left_out.explains(without_indices(path)); });
}

/// What is not there was reported as a whole.
void drop_contents(Diagnostics& diags, std::size_t from, const std::vector<std::string>& missing) {
  const LeftOut left_out(missing);
  drop(diags, from, [&](const std::string& path) { return left_out.is_around(path, ".["); });
}

/// Of findings at one place, only the first stays if they are about one field or about a null: what the API server
/// would say of a value more than once is one mistake.
void drop_repeats(Context& context, std::size_t from) {
  using Span = std::tuple<SourceId, std::uint32_t, std::uint32_t>;
  std::map<Span, std::string> seen;
  auto is_within = [](std::string_view path, std::string_view outer) {
    return path.starts_with(outer) && (path.size() == outer.size() || path[outer.size()] == '.');
  };
  auto is_repeat = [&](const Diagnostic& d) {
    if (d.at == kNowhere || d.info->handling != Handling::kMadeObject) return false;
    const Origin& o = context.origins[d.at];
    auto [first, is_new] = seen.emplace(Span(o.source, o.begin, o.end), d.path);
    if (is_new) return false;
    const std::string_view whole = context.sources.text(o.source);
    const std::string_view text = o.begin < whole.size() ? whole.substr(o.begin, o.end - o.begin) : std::string_view();
    const bool is_null = text.empty() || text == "~" || text == "null";
    return is_null || is_within(d.path, first->second) || is_within(first->second, d.path);
  };
  std::vector<Diagnostic>& all = context.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), is_repeat), all.end());
}

bool has_error(const Diagnostics& diags, std::size_t from) {
  const std::vector<Diagnostic>& all = diags.all();
  return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), [](const Diagnostic& d) {
    return d.info->severity == Severity::kError &&
           (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema || d.info->stage == Stage::kWebhook);
  });
}

/// The object that is replaced: it exists, so nothing but its decoding is judged.
struct Old {
  Value defaulted;
  PodCliqueSet spec;
};

/// A copy that stays where it is: typed nodes point at it.
const Value* keep(Context& context, const Value& v) {
  std::span<Value> one = context.arena.array<Value>(1);
  one[0] = v;
  return one.data();
}

std::optional<Old> read_old(Context& context, const Value& manifest, const Environment& environment) {
  if (!manifest.is_mapping()) return std::nullopt;
  Decoded decoded =
      check_decode(context, manifest, schemas::Root::kPodCliqueSet, environment.api, UnknownFields::kPrune);
  if (!decoded.broken.empty()) return std::nullopt;
  Old old;
  old.defaulted = fill_defaults(context, decoded.value, environment);
  old.spec = build_spec(*keep(context, old.defaulted));
  return old;
}

/// An update addresses the object it replaces. A name that was refused already (by a finding from `first` on) is not
/// compared.
void same_object(Context& context, std::size_t first, const PodCliqueSet& old, const PodCliqueSet& now) {
  if (old.name == now.name && old.namespace_ == now.namespace_) return;
  auto full = [](const PodCliqueSet& s) { return std::string(s.namespace_) + "/" + std::string(s.name); };
  const Value& metadata = (*now.node)["metadata"];
  const std::string field = old.name != now.name ? "name" : "namespace";
  const std::vector<Diagnostic>& all = context.diags.all();
  auto is_about_it = [&](const Diagnostic& d) {
    return d.info->severity == Severity::kError && d.path == "metadata." + field;
  };
  if (std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), is_about_it)) return;
  context.diags.report(metadata[field].at(), diag::NameDiffers, full(now), full(old))
      .note((*old.node)["metadata"][field].at(), diag::OldObjectHere)
      .path("metadata." + field);
}

/// With a namespace on the command line, an object that names another one is refused, as by kubectl.
void same_namespace(Context& context, const PodCliqueSet& set, const Environment& environment) {
  if (!environment.namespace_is_fixed || set.namespace_ == environment.default_namespace) return;
  context.diags
      .report((*set.node)["metadata"]["namespace"].at(), diag::NamespaceDiffers, set.namespace_,
              environment.default_namespace)
      .path("metadata.namespace");
}

}  // namespace

Admitted admit(Context& context, const Value& manifest, const Environment& environment, const AdmitOptions& options) {
  Diagnostics& diags = context.diags;
  Admitted out;
  out.old_findings = diags.all().size();
  std::optional<Old> old;
  if (options.old) old = read_old(context, *options.old, environment);
  const std::size_t first = diags.all().size();
  out.old_findings = first - out.old_findings;
  out.old_is_usable = !options.old || old;
  static const Value kUnknown;  // there is an old object, but nothing to compare with
  const Value* before = old ? &old->defaulted : options.old ? &kUnknown : nullptr;

  // The order is the API server's: decode, default (the webhook's, then the CRD's), schema, CEL, validating webhook. It
  // stops at the first stage that refuses; here each goes on with what the one before could make of the object, so that
  // all mistakes come at once, and what only follows from an earlier one is dropped at the end.
  Decoded decoded = check_decode(context, manifest, schemas::Root::kPodCliqueSet, environment.api);
  out.defaulted = fill_defaults(context, decoded.value, environment);
  out.spec = build_spec(*keep(context, out.defaulted));
  const std::size_t later = diags.all().size();
  // kubectl compares namespaces before it sends anything, but after it has read the file.
  same_namespace(context, out.spec, environment);
  const std::vector<std::string> missing =
      check_structure(context, out.defaulted, schemas::Root::kPodCliqueSet, before);
  const std::size_t rules = diags.all().size();
  check_cel(context, out.defaulted, before);
  const Value& metadata = decoded.value["metadata"];
  const Operation operation = options.old ? Operation::kUpdate : Operation::kCreate;
  verify_spec(context, out.spec, metadata, environment, operation);
  if (old) same_object(context, first, old->spec, out.spec);
  if (old) verify_mnnvl_update(context, old->spec, out.spec);
  // Upstream compares with the old object only what its rules on the new one let through.
  if (options.old && !has_error(diags, first)) {
    warn_pack_domain(context, out.spec);
    if (old) verify_update(context, old->spec, out.spec, environment);
  }
  // Behind all rules: each of them may stumble over what is missing or was left out.
  if (!missing.empty()) drop_contents(diags, rules, missing);
  if (!decoded.broken.empty()) drop_consequences(diags, later, decoded.broken);
  out.verdict_is_open = drop_what_depends_on_broken(diags, later, environment.facts);
  if (old) fix_for_update(context, first, old->spec, out.spec);
  out.accepted = !has_error(diags, first);
  // Last, and only of a set that is admitted: what it compiles to is no matter of one that never exists.
  if (out.accepted && options.compilable) {
    const std::size_t compiling = diags.all().size();
    verify_compilable(context, out.spec, environment);
    drop_what_depends_on_broken(diags, compiling, environment.facts);
    if (diags.all().size() > compiling + 1) drop_repeats(context, compiling);
  }
  return out;
}

}  // namespace grovec::passes
