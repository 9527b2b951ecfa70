#include "runtime/driver/assumptions.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "ir/base/edit_distance.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::driver {

using namespace ir;

namespace {

using Sets = std::vector<std::unique_ptr<CompiledSet>>;

constexpr std::ptrdiff_t kMostMeant = 3;  // names that a message proposes

struct ScaledKind {
  ObjectKind kind;
  std::string_view name, short_name;
};
constexpr ScaledKind kScaledKinds[] = {
    {ObjectKind::kPodCliqueSet, "podcliqueset", "pcs"},
    {ObjectKind::kPodCliqueScalingGroup, "podcliquescalinggroup", "pcsg"},
    {ObjectKind::kPodClique, "podclique", "pclq"},
};

Error usage(const std::string& text, const std::string& what) {
  return {"`--assume-replicas " + text + "` " + what, Error::kUsage};
}

void set_count(CompiledSet& set, const ObjectPlace& at, std::uint32_t n) {
  const Instance& i = at.instance;
  if (at.kind == ObjectKind::kPodCliqueSet)
    set.population.set_replicas(n);
  else if (at.kind == ObjectKind::kPodCliqueScalingGroup)
    set.population.set_group(i.set_replica, *at.part.group, n);
  else
    set.population.set_clique(i.set_replica, i.group_replica, *at.part.clique, n);
}

/// A lint: a count below the minimum of what is counted.
void check_minimum(const CompiledSet& set, const ObjectPlace& at, const std::string& name, std::uint32_t n) {
  Context& context = set.module.context;
  context.diags.begin_document(set.document);
  auto report = [&](std::string_view kind, std::int64_t minimum, OriginId place, std::string path) {
    if (n < minimum)
      context.diags.report(passes::written_at(context, place), diag::MinimumAbovePods, kind, name, n, minimum)
          .path(std::move(path));
  };
  if (at.kind == ObjectKind::kPodCliqueScalingGroup) {
    const ScalingGroup& g = set.module.spec.groups[*at.part.group];
    report("PodCliqueScalingGroup", g.min_available, g.at("minAvailable"),
           passes::group_path(g.index, ".minAvailable"));
  } else if (at.kind == ObjectKind::kPodClique) {
    const Clique& c = set.module.spec.cliques[*at.part.clique];
    report("PodClique", c.min_available.value_or(0), c.spec_at("minAvailable"),
           passes::clique_path(c.index, ".spec.minAvailable"));
  }
}

/// Names that somebody may have meant, and what each is called in the spec.
using Candidates = std::map<std::string, std::string, std::less<>>;

/// Of everything that can be scaled, at the last indices there are, or at those of `wanted` if it has the form of such
/// a name.
void add_candidates(const CompiledSet& set, const std::string& wanted, Candidates& out) {
  const Directory& names = *set.directory;
  const Population& population = set.population;
  const PodCliqueSet& spec = set.module.spec;
  out.emplace(spec.name, spec.name);
  if (population.replicas() == 0) return;
  auto within = [](std::uint32_t index, std::uint32_t count) { return std::min(index, count - 1); };
  auto add_group = [&](GroupId g, std::uint32_t i) { out.emplace(names.group_name(i, g), spec.groups[g].name); };
  auto add_clique = [&](CliqueId c, std::uint32_t i, std::uint32_t j) {
    const std::optional<GroupId> group = spec.cliques[c].group;
    const std::uint32_t count = group ? population.group_replicas(i, *group) : 1;
    if (count > 0) out.emplace(names.clique_name(i, within(j, count), c), spec.cliques[c].name);
  };
  for (const ScaledKind& kind : kScaledKinds)
    for (const ObjectPlace& at : names.match(kind.kind, wanted)) {
      const std::uint32_t i = within(at.instance.set_replica, population.replicas());
      if (kind.kind == ObjectKind::kPodClique)
        add_clique(*at.part.clique, i, at.instance.group_replica);
      else if (kind.kind == ObjectKind::kPodCliqueScalingGroup)
        add_group(*at.part.group, i);
    }
  for (std::size_t s = 0; s < spec.cliques.size(); ++s) add_clique(spec.cliques.id_at(s), 0, 0);
  for (std::size_t s = 0; s < spec.groups.size(); ++s) add_group(spec.groups.id_at(s), 0);
}

/// Those whose names are nearest to `name`, if they are near enough: two cliques `pworker` and `dworker` are equally
/// near to `worker`. Names in the spec are short, so among them one letter is near whatever the length.
std::vector<std::string_view> nearest(const std::string& name, const Candidates& candidates) {
  std::vector<std::string_view> full, own, out;
  for (const auto& [object, in_spec] : candidates) {
    if (in_spec == name) out.push_back(object);
    full.push_back(object);
    own.push_back(in_spec);
  }
  if (!out.empty()) return out;
  if (const std::string_view near = nearest_name(name, full); !near.empty()) return {near};
  const std::string_view near = nearest_name(name, own);
  if (near.empty()) return out;
  const int distance = edit_distance_halves(name, near);
  for (const auto& [object, in_spec] : candidates)
    if (edit_distance_halves(name, in_spec) == distance) out.push_back(object);
  return out;
}

}  // namespace

Result<Assumptions> Assumptions::parse(const std::vector<std::string>& texts) {
  Assumptions out;
  for (const std::string& text : texts) {
    Assumption a;
    a.text = text;
    const std::size_t equals = text.rfind('=');
    const std::string_view number =
        equals == std::string::npos ? std::string_view() : std::string_view(text).substr(equals + 1);
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), a.replicas);
    if (number.empty() || error != std::errc() || end != number.data() + number.size() || a.replicas > 0x7FFFFFFF)
      return usage(text, "is not NAME=N with a count N of 0 or more");
    a.name = text.substr(0, equals);
    if (const std::size_t slash = a.name.find('/'); slash != std::string::npos) {
      std::string kind = a.name.substr(0, slash);
      a.name.erase(0, slash + 1);
      std::transform(kind.begin(), kind.end(), kind.begin(),
                     [](char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch; });
      for (const ScaledKind& k : kScaledKinds)
        if (kind == k.name || kind == k.short_name || kind == std::string(k.name) + "s") a.kind = k.kind;
      if (!a.kind) return usage(text, "names no kind that has replicas: pcs, pcsg or pclq");
    }
    out.all_.push_back(std::move(a));
  }
  return out;
}

Result<Done> Assumptions::apply(const Sets& sets) const {
  for (const Assumption& a : all_)
    if (Result<Done> done = apply(a, sets); !done) return done;
  for (const Assumption& a : all_)
    if (Result<Done> done = check(a, sets); !done) return done;
  return Done{};
}

// Whatever the counts are: one assumption may make the object that another one is about.
Result<Done> Assumptions::apply(const Assumption& a, const Sets& sets) {
  for (const auto& set : sets) {
    std::vector<ObjectPlace> found;
    for (const ScaledKind& kind : kScaledKinds)
      if (!a.kind || a.kind == kind.kind)
        for (const ObjectPlace& at : set->directory->match(kind.kind, a.name)) found.push_back(at);
    if (found.size() > 1 && found.front().kind != found.back().kind)
      return Error{"`--assume-replicas " + a.name + "` names objects of several kinds; write KIND/" + a.name,
                   Error::kUsage};
    for (const ObjectPlace& at : found) {
      set_count(*set, at, a.replicas);
      check_minimum(*set, at, a.name, a.replicas);
    }
  }
  return Done{};
}

Result<Done> Assumptions::check(const Assumption& a, const Sets& sets) {
  for (const auto& set : sets)
    for (const ScaledKind& kind : kScaledKinds)
      if ((!a.kind || a.kind == kind.kind) && !set->directory->find(set->world, kind.kind, a.name).empty())
        return Done{};
  return Error{"`--assume-replicas " + a.name + "` names no set, scaling group or clique of the input" + meant(a, sets),
               Error::kUsage};
}

std::string Assumptions::meant(const Assumption& a, const Sets& sets) {
  Candidates candidates;
  for (const auto& set : sets) add_candidates(*set, a.name, candidates);
  std::string out;
  for (const std::string_view name : nearest(a.name, candidates)) {
    if (name == a.name) continue;
    if (std::count(out.begin(), out.end(), '`') == 2 * kMostMeant) break;
    out += (out.empty() ? "; did you mean `" : " or `") + std::string(name) + "`";
  }
  return out.empty() ? out : out + "?";
}

}  // namespace grovec::driver
