#include "runtime/view/scale.h"

#include <algorithm>

#include "passes/lint/scalers.h"

namespace grovec::driver {

using namespace ir;

namespace {

constexpr std::string_view kSet = "PodCliqueSet", kGroup = "PodCliqueScalingGroup", kClique = "PodClique";

std::optional<std::int64_t> number_at(const Value& spec, std::string_view field) {
  const Value* v = spec.find(field);
  return v && v->is_int() ? std::optional(v->as_int()) : std::nullopt;
}

class Lister {
 public:
  Lister(const SetView& view, const std::vector<OutsideScaler>& outside, bool all)
      : v_(view), outside_(outside), all_(all) {}

  std::vector<ScaleTarget> run(const std::vector<ReplicaRun>& runs) {
    add(kSet, std::string(v_.set().name), {}, 1, v_.world().replicas(), 0, nullptr);
    for (const ReplicaRun& run : runs) {
      // Scalers of the input name single objects, which the others are then unlike.
      const bool each = all_ || run.count <= kFewReplicas;
      for (std::uint32_t n = 0, count = 0; n < run.count; n += count) {
        const bool alone = each || is_named(run, run.first + n);
        for (count = 1; !alone && n + count < run.count && !is_named(run, run.first + n + count);) ++count;
        replica(run, run.first + n, count);
      }
    }
    return std::move(out_);
  }

 private:
  bool is_target(std::string_view kind, std::string_view name) const {
    return std::any_of(outside_.begin(), outside_.end(), [&](const OutsideScaler& s) {
      return s.target_kind == kind && s.target_name == name && s.namespace_ == v_.set().namespace_;
    });
  }
  /// Whether a scaler of the input names an object of this replica.
  bool is_named(const ReplicaRun& run, std::uint32_t i) const {
    if (outside_.empty()) return false;
    for (const GroupPart& part : run.groups)
      if (is_target(kGroup, v_.group_name(i, part.group))) return true;
    for (CliqueId c : run.standalone)
      if (is_target(kClique, v_.clique_name(i, 0, c))) return true;
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; n < m.count; ++n)
          for (CliqueId c : m.cliques)
            if (is_target(kClique, v_.clique_name(i, m.first + n, c))) return true;
    return false;
  }

  void replica(const ReplicaRun& run, std::uint32_t i, std::uint32_t count) {
    const std::string several = std::to_string(i) + "…" + std::to_string(i + count - 1);
    for (const GroupPart& part : run.groups) {
      const ScalingGroup& g = v_.group(part.group);
      add(kGroup, v_.group_name(i, part.group), v_.names().group_names(several, part.group), count,
          v_.world().group_replicas(i, part.group), g.min_available, g.auto_scaling ? &*g.auto_scaling : nullptr);
    }
    for (CliqueId c : run.standalone) {
      const Clique& clique = v_.clique(c);
      add(kClique, v_.clique_name(i, 0, c), v_.names().standalone_names(several, c), count, v_.world().pods(i, 0, c),
          v_.desired().min_available(c), clique.auto_scaling ? &*clique.auto_scaling : nullptr);
    }
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; (all_ || !outside_.empty()) && n < m.count; ++n)
          for (CliqueId c : m.cliques)
            if (all_ || is_target(kClique, v_.clique_name(i, m.first + n, c)))
              add(kClique, v_.clique_name(i, m.first + n, c), {}, 1, v_.world().pods(i, m.first + n, c),
                  v_.desired().min_available(c), nullptr);
  }

  void add(std::string_view kind, std::string name, std::string range, std::uint64_t count, std::uint32_t current,
           std::int64_t minimum, const AutoScaling* scaling) {
    ScaleTarget t{std::string(kind), std::move(name), std::move(range), count, current, minimum, {}, {}, {}};
    if (scaling) {
      t.owner = "HorizontalPodAutoscaler " + (t.count > 1 ? t.range : t.name);
      t.minimum = std::max<std::int64_t>(scaling->min_replicas.value_or(1), 0);
      t.maximum = scaling->max_replicas;
    }
    for (const OutsideScaler& s : outside_) {
      if (s.target_kind != kind || s.target_name != t.name || s.namespace_ != v_.set().namespace_) continue;
      // Several owners: the count may become what any of them allows.
      const bool is_first = t.owner.empty();
      t.owner += (is_first ? "" : " and ") + s.kind + " " + s.name;
      if (s.minimum) t.minimum = is_first ? *s.minimum : std::min(t.minimum, *s.minimum);
      if (s.maximum) t.maximum = is_first ? *s.maximum : std::max(t.maximum.value_or(0), *s.maximum);
    }
    if (t.owner.empty()) t.owner = kind == kSet ? "the manifest" : "whoever scales it";
    t.command = "kubectl scale " +
                std::string(kind == kSet     ? "pcs"
                            : kind == kGroup ? "pcsg"
                                             : "pclq") +
                "/" + t.name + " -n " + std::string(v_.set().namespace_) + " --replicas=N";
    out_.push_back(std::move(t));
  }

  static constexpr std::uint32_t kFewReplicas = 3;
  const SetView& v_;
  const std::vector<OutsideScaler>& outside_;
  bool all_;
  std::vector<ScaleTarget> out_;
};

}  // namespace

std::vector<OutsideScaler> outside_scalers(const Compilation& compilation) {
  std::vector<OutsideScaler> out;
  if (compilation.sets.empty()) return out;
  const std::string& space = compilation.sets[0]->environment.default_namespace;
  for (const LoadedDocument& d : compilation.foreign) {
    const Value& root = d.document.root;
    if (!passes::is_scaler(root)) continue;
    const passes::Scaler s = passes::scaler_of(root, space, 0);
    const bool is_keda = s.kind == "ScaledObject";
    out.push_back({s.kind, s.name, s.namespace_, s.target_kind, s.target_name,
                   number_at(root["spec"], is_keda ? "minReplicaCount" : "minReplicas"),
                   number_at(root["spec"], is_keda ? "maxReplicaCount" : "maxReplicas")});
    if (!out.back().minimum) out.back().minimum = is_keda ? 0 : 1;
    if (is_keda && !out.back().maximum) out.back().maximum = 100;  // KEDA's default
  }
  return out;
}

std::vector<ScaleTarget> scale_targets(const SetView& view, const Selection& selection,
                                       const std::vector<OutsideScaler>& outside, bool all) {
  return Lister(view, outside, all).run(outline(view, selection));
}

}  // namespace grovec::driver
