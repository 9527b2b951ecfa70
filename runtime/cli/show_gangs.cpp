// show gangs: what must be placed together, and what it asks for.
#include "ir/base/saturating.h"
#include "runtime/cli/showing.h"
#include "runtime/view/graph/model.h"

namespace grovec::cli {

using namespace driver;
using ir::CliqueId;
using ir::GroupId;

namespace {

const ir::PackConstraint kNoPack;

const ir::PackConstraint& pack_of(const SetView& view, CliqueId c) {
  const auto& packs = view.desired().clique_packs;
  return packs.empty() ? kNoPack : packs[static_cast<std::size_t>(c)];
}

const ir::PackConstraint& pack_of(const SetView& view, std::optional<GroupId> g) {
  for (const ir::GangShape& gang : view.desired().gangs)
    if (gang.group == g) return gang.pack;
  return kNoPack;
}

// Of a group's replicas in the base gang; there it is an entry of its own beside the gang's.
const ir::PackConstraint& base_pack_of(const SetView& view, GroupId g) {
  const auto& packs = view.desired().group_packs;
  return packs.empty() ? kNoPack : packs[static_cast<std::size_t>(g)];
}

/// Rows of the table: gangs with their PodGroups.
class Text {
 public:
  Text(const SetView& view, bool all, Table& table) : v_(view), all_(all), t_(table) {}

  void print(const std::vector<ReplicaRun>& runs) {
    for (const ReplicaRun& run : runs) {
      const std::uint32_t shown = all_ || run.count <= kLongestRun ? run.count : 1;
      for (std::uint32_t n = first_row(v_, t_, shown); n < shown && !t_.is_done(); ++n) replica(run, run.first + n);
      if (shown < run.count) {
        const Sums one = sums_of(v_, run);
        const std::uint64_t gangs =
            saturating_product(saturating_sum(one.base_gangs, one.scaled_gangs), run.count - shown);
        t_.row({v_.names().replica_names(index_range(run.first + shown, run.count - shown)),
                counted(gangs, "gang") + " like those above"});
      }
    }
  }

 private:
  void gang(const std::string& name, const std::string& role, const GangSums& s, const ir::PackConstraint& pack) {
    t_.row({name, role, std::to_string(s.minimum), std::to_string(s.pods), amount_text("cpu", s.least.requests("cpu")),
            amount_text("memory", s.least.requests("memory")), s.least.gpu_text(), s.all.gpu_text(),
            pack_text(v_.desired(), pack)});
  }

  void pod_group(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint64_t pods, bool is_last) {
    const std::uint32_t minimum = v_.desired().min_available(c);
    Resources all, least;
    all.add(v_.pod_resources(c), pods);
    least.add(v_.pod_resources(c), minimum);
    all.add(v_.clique_claims(c));
    least.add(v_.clique_claims(c));
    t_.row({branches_.child(is_last) + v_.clique_name(i, j, c), "", std::to_string(minimum), std::to_string(pods),
            amount_text("cpu", least.requests("cpu")), amount_text("memory", least.requests("memory")),
            least.gpu_text(), all.gpu_text(), pack_text(v_.desired(), pack_of(v_, c))});
  }

  void replica(const ReplicaRun& run, std::uint32_t i) {
    if (run.has_base_gang) base(i);
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        if (m.is_scaled) scaled(i, part.group, m);
  }

  void base(std::uint32_t i) {
    gang(v_.base_gang_name(i), "base", base_gang_sums(v_, i), pack_of(v_, std::nullopt));
    const ir::PodCliqueSet& set = v_.set();
    std::vector<CliqueId> alone;
    for (std::size_t s = 0; s < set.cliques.size(); ++s)
      if (!set.cliques[set.cliques.id_at(s)].group) alone.push_back(set.cliques.id_at(s));
    for (CliqueId c : alone) pod_group(i, 0, c, v_.world().pods(i, 0, c), set.groups.empty() && c == alone.back());
    for (std::size_t s = 0; s < set.groups.size(); ++s) base_group(i, set.groups.id_at(s), s + 1 == set.groups.size());
  }

  void base_group(std::uint32_t i, GroupId g, bool is_last) {
    const std::uint32_t count = v_.desired().min_available(g), shown = all_ || count <= kLongestRun ? count : 1;
    const std::vector<CliqueId>& members = v_.group(g).cliques;
    const std::string pack = pack_text(v_.desired(), base_pack_of(v_, g));
    for (std::uint32_t j = first_row(v_, t_, shown); j < shown && !t_.is_done(); ++j) {
      if (!pack.empty())
        t_.row({branches_.child(false) + v_.group_replica_name(i, g, j), "together", "", "", "", "", "", "", pack});
      for (CliqueId c : members)
        pod_group(i, j, c, v_.pods_between(i, c, j, 1), is_last && j + 1 == count && c == members.back());
    }
    if (shown < count)
      t_.row({branches_.child(is_last) + v_.names().group_replica_names(i, g, index_range(shown, count - shown)),
              "like replica 0", "", "", "", "", "", "", pack});
  }

  void scaled(std::uint32_t i, GroupId g, const MemberRun& m) {
    const std::uint32_t shown = all_ || m.count <= kLongestRun ? m.count : 1;
    const std::string name(v_.group(g).name);
    for (std::uint32_t n = first_row(v_, t_, shown); n < shown && !t_.is_done(); ++n) {
      const std::uint32_t j = m.first + n;
      gang(v_.gang_name(i, g, j), "scaled, " + name + " replica " + std::to_string(j), scaled_gang_sums(v_, i, g, j),
           pack_of(v_, g));
      for (CliqueId c : v_.group(g).cliques)
        pod_group(i, j, c, v_.world().pods(i, j, c), c == v_.group(g).cliques.back());
    }
    if (shown == m.count) return;
    const std::uint32_t first = m.first + shown, rest = m.count - shown;
    t_.row({v_.names().scaled_gang_names(i, g, index_range(first - v_.desired().min_available(g), rest)),
            "scaled, " + name + " replicas " + index_range(first, rest) + ", like replica " + std::to_string(m.first)});
  }

  const SetView& v_;
  bool all_;
  Table& t_;
  Branches branches_;
};

class Json {
 public:
  Json(const SetView& view, JsonStream& json) : v_(view), j_(json) {}

  void set(const std::vector<ReplicaRun>& runs) {
    j_.begin_object().member("name", v_.set().name).member("namespace", v_.set().namespace_);
    j_.member("scheduler", v_.desired().scheduler_label).member("priority_class", v_.set().priority_class_name);
    j_.key("gangs").begin_list();
    for (const ReplicaRun& run : runs)
      for (std::uint32_t n = 0; n < run.count; ++n) replica(run, run.first + n);
    j_.end_list().end_object();
  }

 private:
  void pack(const ir::PackConstraint& p) {
    if (p.empty()) return;
    j_.key("topology").begin_object();
    if (!p.required.empty()) j_.member("required", p.required);
    if (!p.preferred.empty()) j_.member("preferred", p.preferred);
    j_.end_object();
  }

  void gang(const std::string& name, std::string_view role, const GangSums& s, const ir::PackConstraint& p) {
    j_.member("name", name).member("role", role).member("minimum", s.minimum).member("pods", s.pods);
    j_.member("gpus_minimum", s.least.gpus()).member("gpus", s.all.gpus());
    j_.member("gpu_slices_minimum", s.least.gpu_slices()).member("gpu_slices", s.all.gpu_slices());
    j_.member("gpu_nodes_minimum", s.least.gpu_nodes()).member("gpu_nodes", s.all.gpu_nodes());
    j_.key("resources_minimum");
    write_resources(j_, s.least);
    j_.key("resources");
    write_resources(j_, s.all);
    pack(p);
  }

  void pod_group(std::uint32_t i, std::uint32_t j, CliqueId c) {
    j_.begin_object().member("name", v_.clique_name(i, j, c)).member("clique", v_.clique(c).name);
    j_.member("minimum", v_.desired().min_available(c)).member("pods", v_.pods_between(i, c, j, 1));
    pack(pack_of(v_, c));
    j_.end_object();
  }

  void replica(const ReplicaRun& run, std::uint32_t i) {
    if (run.has_base_gang) base(i);
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; m.is_scaled && n < m.count; ++n) scaled(i, part.group, m.first + n);
  }

  void base(std::uint32_t i) {
    j_.begin_object();
    gang(v_.base_gang_name(i), "base", base_gang_sums(v_, i), pack_of(v_, std::nullopt));
    j_.member("replica", i).key("pod_groups").begin_list();
    const ir::PodCliqueSet& set = v_.set();
    for (std::size_t s = 0; s < set.cliques.size(); ++s)
      if (!set.cliques[set.cliques.id_at(s)].group) pod_group(i, 0, set.cliques.id_at(s));
    for (std::size_t s = 0; s < set.groups.size(); ++s)
      for (std::uint32_t j = 0; j < v_.desired().min_available(set.groups.id_at(s)); ++j)
        for (CliqueId c : set.groups[set.groups.id_at(s)].cliques) pod_group(i, j, c);
    j_.end_list().end_object();
  }

  void scaled(std::uint32_t i, GroupId g, std::uint32_t j) {
    j_.begin_object();
    gang(v_.gang_name(i, g, j), "scaled", scaled_gang_sums(v_, i, g, j), pack_of(v_, g));
    j_.member("replica", i).member("group", v_.group(g).name).member("group_replica", j);
    j_.member("waits_for", v_.base_gang_name(i)).key("pod_groups").begin_list();
    for (CliqueId c : v_.group(g).cliques) pod_group(i, j, c);
    j_.end_list().end_object();
  }

  const SetView& v_;
  JsonStream& j_;
};

}  // namespace

int show_gangs(const ShowRequest& request, FdWriter& out) {
  const std::vector<std::unique_ptr<SetView>> views = selected_views(request);
  if (request.is_json) {
    std::string buffer;
    JsonStream json(buffer, &out);
    json.begin_object().member("format_version", 1).key("sets").begin_list();
    for (const auto& view : views) Json(*view, json).set(outline(*view, request.selection));
    json.end_list().end_object().flush();
    out.write("\n");
    return kClean;
  }
  for (const auto& view : views) {
    const std::vector<ReplicaRun> runs = outline(*view, request.selection);
    const bool has_gpus = !sums_of(*view, runs).resources.gpu_text().empty(),
               has_topology = view->desired().binding != nullptr;
    if (view != views.front()) out.write("\n");
    Table table(out, {{"GANG"},
                      {"ROLE"},
                      {"MINIMUM", true},
                      {"PODS", true},
                      {"CPU", true},
                      {"MEMORY", true},
                      {"GPUS", true, has_gpus},
                      {"GPUS OF ALL", true, has_gpus},
                      {"PACKED", false, has_topology}});
    table.print([&](Table& t) { Text(*view, request.all, t).print(runs); });
    out.write("\nCPU, memory and GPUs are what the minimum requests.\n");
  }
  return kClean;
}

}  // namespace grovec::cli
