// Sets: their state, their update, their gangs, and all reasons in the order in which one leads to the other.
#include "runtime/status/report.h"

#include <algorithm>
#include <map>

#include "ir/labels.h"
#include "runtime/status/build_rows.h"

namespace grovec::status {

using decide::Instant;
namespace keys = ir::keys;

namespace {

constexpr std::string_view kCauses[] = {
    "operator",  "quota",       "error",     "topology", "failed",      "disrupted", "claim", "unschedulable",
    "scheduler", "image",       "container", "crash",    "node",        "probe",     "init",  "deletion",
    "missing",   "start-order", "gate",      "update",   "termination", "scale"};
static_assert(std::size(kCauses) == static_cast<std::size_t>(Cause::kScale) + 1);

constexpr std::string_view kRowKinds[] = {"replica", "group", "group-replica", "clique", "pod"};

/// Reasons that are equal, in one line.
class Grouping {
 public:
  void add(const std::string& object, const std::vector<Reason>& reasons) {
    for (const Reason& r : reasons) {
      auto [it, is_new] = at_.try_emplace(r, out_.size());
      if (is_new) out_.push_back({r, 0, {}});
      GroupedReason& g = out_[it->second];
      ++g.count;
      if (g.objects.size() < kMostObjects) g.objects.push_back(object);
    }
  }
  void add(const Row& row) {
    add(row.name, row.reasons);
    for (const Row& c : row.children) add(c);
  }
  std::vector<GroupedReason> take() {
    std::stable_sort(out_.begin(), out_.end(),
                     [](const GroupedReason& a, const GroupedReason& b) { return a.reason.cause < b.reason.cause; });
    return std::move(out_);
  }

 private:
  std::map<Reason, std::size_t> at_;
  std::vector<GroupedReason> out_;
};

/// The first row with a reason, the deepest first: what holds everything above it.
const Row* first_with_reason(const Row& row) {
  for (const Row& c : row.children)
    if (const Row* found = first_with_reason(c)) return found;
  const bool counts = std::any_of(row.reasons.begin(), row.reasons.end(),
                                  [](const Reason& r) { return r.cause != Cause::kTermination; });
  return counts ? &row : nullptr;
}

class SetBuilder {
 public:
  SetBuilder(const World& world, const std::string& space_name, const NamespaceWorld& space, const std::string& name,
             Instant now)
      : scope_{world, space, space.sets.find(name)->second, name, now} {
    out_.name = name;
    out_.namespace_ = space_name;
  }

  SetReport build() {
    const SetWorld& w = scope_.set;
    RowBuilder rows(scope_);
    for (const ReplicaPlace& place : places_of(w, scope_.name)) {
      out_.rows.push_back(rows.replica(place));
      out_.counts.add(out_.rows.back().counts);
      out_.available += place.is_wanted && out_.rows.back().is_available;
      out_.replicas += place.is_wanted;
    }
    out_.reasons = operator_reasons(scope_);
    const std::vector<Reason> own = set_reasons(scope_);
    out_.reasons.insert(out_.reasons.end(), own.begin(), own.end());
    if (w.set) update();
    gangs();
    out_.old_pods = old_pods();
    Grouping grouping;
    grouping.add(scope_.name, out_.reasons);
    for (const Row& r : out_.rows) grouping.add(r);
    out_.why = grouping.take();
    out_.state = state();
    return std::move(out_);
  }

 private:
  void update() {
    const decide::SetStatus& s = scope_.set.set->live->status;
    out_.updated = s.updated;
    if (!s.update) return;
    const decide::SetUpdate& u = *s.update;
    out_.update = UpdateReport{!u.ended,          u.started,       u.ended,          {},
                               u.updated_cliques, u.total_cliques, u.updated_groups, u.total_groups};
    if (u.current) out_.update->replica = u.current->index;
    if (u.ended) return;
    std::string text = "an update runs" + (u.started.known() ? " since " + decide::time_text(u.started) : "");
    if (u.current) text += ": set replica " + std::to_string(u.current->index) + " is being replaced";
    text += ", " + std::to_string(u.updated_cliques) + " of " + std::to_string(u.total_cliques) + " PodCliques and " +
            std::to_string(u.updated_groups) + " of " + std::to_string(u.total_groups) + " groups are new";
    if (const Row* holds = held_by()) text += "; `" + holds->name + "` holds it: " + first_of(*holds);
    out_.reasons.push_back({Cause::kUpdate, std::move(text)});
  }

  static std::string first_of(const Row& row) {
    return std::min_element(row.reasons.begin(), row.reasons.end(),
                            [](const Reason& a, const Reason& b) { return a.cause < b.cause; })
        ->sentence;
  }

  // In the replica whose turn it is: what was taken first, then anything.
  const Row* held_by() const {
    const std::optional<std::int32_t> turn = out_.update->replica;
    for (const Row& r : out_.rows) {
      if (turn && r.name != scope_.name + " replica " + std::to_string(*turn)) continue;
      for (const Row& g : r.children)
        if (const Row* taken = taken_replica(g))
          if (const Row* found = first_with_reason(*taken)) return found;
      if (const Row* found = first_with_reason(r)) return found;
    }
    return nullptr;
  }

  const Row* taken_replica(const Row& row) const {
    if (row.kind != RowKind::kGroup) return nullptr;
    auto it = scope_.set.groups.find(row.name);
    if (it == scope_.set.groups.end() || !it->second->status.update || !it->second->status.update->selected)
      return nullptr;
    const std::string name = row.name + " replica " + std::to_string(*it->second->status.update->selected);
    for (const Row& c : row.children)
      if (c.name == name) return &c;
    return nullptr;
  }

  void gangs() {
    for (const auto& [name, live] : scope_.set.gangs) {
      GangRow row;
      row.name = name;
      row.is_there = !live->meta.deleted;
      row.phase = live->status.phase;
      row.is_initialized = live->status.conditions.is("Initialized", decide::Truth::kTrue);
      for (const decide::GangMember& m : live->members) {
        ++row.groups;
        row.groups_scheduled += scope_.scheduled_of(m.name) >= m.min_replicas;
        if (const decide::LiveClique* c = scope_.clique(m.name); c && row.base.empty())
          row.base = c->meta.label(keys::kBasePodGang);
      }
      out_.gangs.push_back(std::move(row));
    }
  }

  std::int32_t old_pods() const {
    std::int32_t n = 0;
    if (scope_.world.has_read(Read::kPods))
      for (const auto& [name, pods] : scope_.set.pods) {
        const decide::LiveClique* c = scope_.clique(name);
        if (!c) continue;
        const std::string_view hash = c->meta.label(keys::kPodTemplateHash);
        for (const PodFacts& p : pods)
          n += !p.live->is_marked() && p.live->template_hash && *p.live->template_hash != hash;
      }
    return n;
  }

  std::string_view state() const {
    const SetWorld& w = scope_.set;
    if (w.set ? w.set->live->meta.deleted.has_value() : out_.counts.pods == 0) return "terminating";
    if (out_.available < out_.replicas) return "unavailable";
    if (out_.update && out_.update->is_open) return "updating";
    if (!out_.why.empty()) return "degraded";
    for (const Row& r : out_.rows)
      if (r.state != "ready" && r.state != "surplus") return "degraded";
    return "healthy";
  }

  Scope scope_;
  SetReport out_;
};

void add_assumptions(const World& world, Report& report) {
  auto any = [&](auto&& is_it) { return std::any_of(report.sets.begin(), report.sets.end(), is_it); };
  auto add = [&](Read kind, std::string_view name, std::string_view assumed, bool matters) {
    if (!world.has_read(kind) && matters) report.assumptions.push_back({std::string(name), std::string(assumed)});
  };
  const bool some = !report.sets.empty();
  add(Read::kSets, "PodCliqueSet", "what lives is taken for what is wanted", some);
  add(Read::kGroups, "PodCliqueScalingGroup", "groups have the size of the template", any([](const SetReport& s) {
        return std::any_of(s.rows.begin(), s.rows.end(), [](const Row& r) {
          return std::any_of(r.children.begin(), r.children.end(),
                             [](const Row& c) { return c.kind == RowKind::kGroup; });
        });
      }));
  add(Read::kCliques, "PodClique", "PodCliques have the sizes of the template", some);
  add(Read::kPods, "Pod", "the counts that the operator wrote are right; why a pod does not run is not known",
      any([](const SetReport& s) { return s.counts.wanted > 0; }));
  auto waits_for = [&](Cause cause) {
    return any([cause](const SetReport& s) {
      return std::any_of(s.why.begin(), s.why.end(),
                         [cause](const GroupedReason& g) { return g.reason.cause == cause; });
    });
  };
  add(Read::kGangs, "PodGang", "every gated pod is listed in its PodGang", waits_for(Cause::kGate));
  add(Read::kEvents, "Event", "no warnings are known", waits_for(Cause::kNode) || waits_for(Cause::kProbe));
}

}  // namespace

std::string_view cause_name(Cause cause) { return kCauses[static_cast<std::size_t>(cause)]; }
std::string_view row_kind_name(RowKind kind) { return kRowKinds[static_cast<std::size_t>(kind)]; }

bool Report::is_healthy() const {
  return std::all_of(sets.begin(), sets.end(), [](const SetReport& s) { return s.is_healthy(); });
}

Result<bool> is_selected(std::string_view selector, const ir::Value& labels) {
  bool all = true;
  while (!selector.empty()) {
    const std::size_t comma = std::min(selector.find(','), selector.size());
    std::string_view term = selector.substr(0, comma);
    selector.remove_prefix(std::min(comma + 1, selector.size()));
    const bool is_not = term.starts_with("!");
    if (is_not) term.remove_prefix(1);
    const std::size_t equal = term.find('=');
    std::string_view key = term.substr(0, equal), value;
    bool differs = false;
    if (equal != std::string_view::npos) {
      value = term.substr(equal + (term.substr(equal, 2) == "==" ? 2 : 1));
      if (key.ends_with("!")) differs = true, key.remove_suffix(1);
    }
    if (key.empty() || key.find_first_of(" ()!") != std::string_view::npos ||
        (is_not && equal != std::string_view::npos))
      return Error{"the selector's part `" + std::string(term) + "` is none of a=b, a!=b, a, !a", Error::kUsage};
    const ir::Value* label = labels.find(key);
    const bool matches = equal == std::string_view::npos ? (label != nullptr) != is_not
                         : differs                       ? !label || label->as_string() != value
                                                         : label && label->as_string() == value;
    all &= matches;
  }
  return all;
}

Result<Report> report_of(const World& world, const ReportOptions& options) {
  Report report;
  const Instant now = options.now.value_or(world.latest());
  if (Result<bool> readable = is_selected(options.selector, {}); !readable) return readable.error();
  std::vector<bool> seen(options.names.size());
  for (const auto& [space_name, space] : world.namespaces()) {
    if (!options.namespace_.empty() && space_name != options.namespace_) continue;
    for (const auto& [name, set] : space.sets) {
      auto it = std::find(options.names.begin(), options.names.end(), name);
      if (name.empty() || (!options.names.empty() && it == options.names.end())) continue;
      if (it != options.names.end()) seen[static_cast<std::size_t>(it - options.names.begin())] = true;
      const bool is_bare = !set.set && set.cliques.empty() && set.pods.empty() && set.groups.empty();
      if (is_bare) continue;
      if (*is_selected(options.selector, set.set ? set.set->labels : ir::Value()))
        report.sets.push_back(SetBuilder(world, space_name, space, name, now).build());
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i])
      return Error{"there is no PodCliqueSet `" + options.names[i] + "`" +
                       (options.namespace_.empty() ? "" : " in namespace `" + options.namespace_ + "`"),
                   Error::kContent};
  add_assumptions(world, report);
  return report;
}

}  // namespace grovec::status
