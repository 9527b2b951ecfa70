// show tree: from set to pods, with gangs, resources and totals.
#include "runtime/cli/showing.h"

namespace grovec::cli {

using namespace driver;
using ir::CliqueId;
using ir::GroupId;

namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }

/// Prints the tree of one set as rows of a table.
class TreeText {
 public:
  TreeText(const SetView& view, const std::vector<ReplicaRun>& runs, bool all, Table& table)
      : v_(view), runs_(runs), all_(all), table_(table) {}

  void print() {
    const Sums sums = sums_of(v_, runs_);
    row(std::string(v_.set().name), "PodCliqueSet", sums.pods, sums.resources, "");
    for (std::size_t r = 0; r < runs_.size(); ++r) replica_run(runs_[r], r + 1 == runs_.size());
  }

 private:
  std::uint32_t first_of(std::uint32_t rows) const { return first_row(v_, table_, rows); }
  std::uint32_t shown_of(std::uint32_t count) const { return all_ || count <= kLongestRun ? count : 1; }

  void row(const std::string& name, std::string_view what, std::uint64_t pods, const Resources& r,
           const std::string& gang) {
    table_.row({name, what, number(pods), r.gpu_text(), gang});
  }

  void replica_run(const ReplicaRun& run, bool is_last) {
    const std::uint32_t shown = shown_of(run.count);
    for (std::uint32_t n = first_of(shown); n < shown && !table_.is_done(); ++n)
      replica(run, run.first + n, is_last && n + 1 == run.count);
    if (shown == run.count) return;
    const std::uint32_t rest = run.count - shown;
    const Sums one = sums_of(v_, run);
    Resources all;
    all.add(one.resources, rest);
    const std::string range = v_.names().replica_names(index_range(run.first + shown, rest));
    row(branches_.child(is_last) + range, number(rest) + " replicas like " + number(run.first), one.pods * rest, all,
        run.has_base_gang ? range : "");
  }

  void replica(const ReplicaRun& run, std::uint32_t i, bool is_last) {
    const Sums sums = sums_of(v_, run);
    row(branches_.child(is_last) + v_.replica_name(i), "replica " + number(i), sums.pods, sums.resources, "");
    branches_.enter(is_last);
    for (std::size_t s = 0; s < run.standalone.size(); ++s)
      clique(i, 0, run.standalone[s], v_.base_gang_name(i), s + 1 == run.standalone.size() && run.groups.empty());
    for (std::size_t g = 0; g < run.groups.size(); ++g) group(run, i, run.groups[g], g + 1 == run.groups.size());
    branches_.leave();
  }

  void group(const ReplicaRun& run, std::uint32_t i, const GroupPart& part, bool is_last) {
    const ReplicaRun only{run.first, 1, false, {}, {part}};
    const Sums sums = sums_of(v_, only);
    std::uint64_t replicas = 0;
    for (const MemberRun& m : part.runs) replicas += m.count;
    row(branches_.child(is_last) + v_.group_name(i, part.group),
        "group " + std::string(v_.group(part.group).name) + ", " + counted(replicas, "replica"), sums.pods,
        sums.resources, "");
    branches_.enter(is_last);
    for (std::size_t m = 0; m < part.runs.size(); ++m)
      member_run(run, i, part.group, part.runs[m], m + 1 == part.runs.size());
    branches_.leave();
  }

  Sums sums_of_members(const ReplicaRun& run, GroupId g, const MemberRun& m, std::uint32_t first, std::uint32_t count) {
    return sums_of(v_, ReplicaRun{run.first, 1, false, {}, {{g, {{first, count, m.is_scaled, m.cliques}}}}});
  }

  void member_run(const ReplicaRun& run, std::uint32_t i, GroupId g, const MemberRun& m, bool is_last) {
    const std::uint32_t shown = shown_of(m.count);
    for (std::uint32_t n = first_of(shown); n < shown && !table_.is_done(); ++n)
      members(run, i, g, m, m.first + n, is_last && n + 1 == m.count);
    if (shown == m.count) return;
    const std::uint32_t rest = m.count - shown, first = m.first + shown;
    const Sums sums = sums_of_members(run, g, m, first, rest);
    const std::uint32_t scaled_first = first - (m.is_scaled ? v_.desired().min_available(g) : 0);
    row(branches_.child(is_last) + v_.names().group_replica_names(i, g, index_range(first, rest)),
        number(rest) + " replicas like " + number(m.first), sums.pods, sums.resources,
        m.is_scaled ? v_.names().scaled_gang_names(i, g, index_range(scaled_first, rest)) : v_.base_gang_name(i));
  }

  void members(const ReplicaRun& run, std::uint32_t i, GroupId g, const MemberRun& m, std::uint32_t j, bool is_last) {
    const Sums sums = sums_of_members(run, g, m, j, 1);
    const std::string gang = v_.gang_name(i, g, j);
    row(branches_.child(is_last) + v_.group_replica_name(i, g, j),
        std::string(v_.group(g).name) + " replica " + number(j), sums.pods, sums.resources, gang);
    branches_.enter(is_last);
    for (std::size_t s = 0; s < m.cliques.size(); ++s) clique(i, j, m.cliques[s], gang, s + 1 == m.cliques.size());
    branches_.leave();
  }

  void list_pods(std::uint32_t i, std::uint32_t j, CliqueId c) {
    const ir::PodRange pods = v_.world().pod_range(i, j, c);
    const bool lists_all = all_ || pods.size() <= kMostPodsListed;
    std::uint32_t seen = 0, first = 0, last = 0;
    std::string first_name;
    pods.for_each(ir::PodOrder::kByIndex, [&](std::uint32_t index, const ir::PodSuffix& suffix) {
      if (seen++ == 0) first = index, first_name = v_.pod_name(i, j, c, suffix);
      last = index;
      if (!lists_all || seen <= first_of(pods.size())) return true;
      table_.row(
          {branches_.child(seen == pods.size()) + v_.pod_name(i, j, c, suffix), "pod " + number(index), "", "", ""});
      return !table_.is_done();
    });
    if (!lists_all)
      table_.row({branches_.child(true) + first_name + " …", "pods " + number(first) + "-" + number(last), "", "", ""});
  }

  void clique(std::uint32_t i, std::uint32_t j, CliqueId c, const std::string& gang, bool is_last) {
    const std::uint32_t pods = v_.world().pods(i, j, c);
    Resources all;
    all.add(v_.pod_resources(c), pods);
    all.add(v_.clique_claims(c));
    std::string what = "clique " + std::string(v_.clique(c).name);
    if (const std::uint32_t minimum = v_.desired().min_available(c); minimum != pods)
      what += ", at least " + number(minimum);
    row(branches_.child(is_last) + v_.clique_name(i, j, c), what, pods, all, gang);
    branches_.enter(is_last);
    list_pods(i, j, c);
    branches_.leave();
  }

  const SetView& v_;
  const std::vector<ReplicaRun>& runs_;
  bool all_;
  Table& table_;
  Branches branches_;
};

std::string replicas_text(const SetView& view, GroupId g, std::uint32_t first, std::uint32_t count) {
  return std::string(view.group(g).name) + "-" + index_range(first, count) + " ";
}

// `frontend 2, prefill-0 1+3`: the minimum of each PodGroup.
std::string members_text(const SetView& view, GroupId g, std::uint32_t first, std::uint32_t count) {
  std::string out = replicas_text(view, g, first, count);
  bool is_first = true;
  for (CliqueId c : view.group(g).cliques) {
    if (!is_first) out += '+';
    out += number(view.desired().min_available(c));
    is_first = false;
  }
  return count > 1 ? out + " each" : out;
}

std::string base_members_text(const SetView& view) {
  std::string out;
  auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  const ir::PodCliqueSet& set = view.set();
  for (std::size_t s = 0; s < set.cliques.size(); ++s)
    if (const CliqueId c = set.cliques.id_at(s); !set.cliques[c].group)
      add(std::string(set.cliques[c].name) + " " + number(view.desired().min_available(c)));
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    const GroupId g = set.groups.id_at(s);
    if (!set.groups[g].cliques.empty()) add(members_text(view, g, 0, view.desired().min_available(g)));
  }
  return out;
}

std::string gpus_or_none(const Resources& r) {
  const std::string text = r.gpu_text();
  return text.empty() ? "0" : text;
}

/// Prints the gangs of one set as rows of a table.
class GangText {
 public:
  GangText(const SetView& view, const std::vector<ReplicaRun>& runs, bool all, Table& table)
      : v_(view), runs_(runs), all_(all), table_(table) {}

  void print() {
    for (const ReplicaRun& run : runs_) {
      const std::uint32_t shown = all_ || run.count <= kLongestRun ? run.count : 1;
      for (std::uint32_t n = first_of(shown); n < shown && !table_.is_done(); ++n) replica(run, run.first + n);
      if (shown == run.count) continue;
      const Sums one = sums_of(v_, run);
      const std::uint32_t rest = run.count - shown;
      table_.row({v_.names().replica_names(index_range(run.first + shown, rest)) + "…", "", "", "", "", "",
                  number(rest * (one.base_gangs + one.scaled_gangs)) + " gangs of " + number(rest) +
                      " replicas like those above"});
    }
  }

 private:
  std::uint32_t first_of(std::uint32_t rows) const { return first_row(v_, table_, rows); }

  void row(const std::string& name, const GangSums& s, const std::string& members) {
    table_.row({name, number(s.minimum), number(s.pods), amount_text("cpu", s.all.requests("cpu")),
                amount_text("memory", s.all.requests("memory")), gpus_or_none(s.all), members});
  }

  void replica(const ReplicaRun& run, std::uint32_t i) {
    if (run.has_base_gang) row(v_.base_gang_name(i), base_gang_sums(v_, i), base_members_text(v_));
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        if (m.is_scaled) scaled(i, part.group, m);
  }

  void scaled(std::uint32_t i, GroupId g, const MemberRun& m) {
    const std::uint32_t shown = all_ || m.count <= kLongestRun ? m.count : 1;
    for (std::uint32_t n = first_of(shown); n < shown && !table_.is_done(); ++n)
      row(v_.gang_name(i, g, m.first + n), scaled_gang_sums(v_, i, g, m.first + n),
          members_text(v_, g, m.first + n, 1));
    if (shown == m.count) return;
    const std::uint32_t rest = m.count - shown, first = m.first + shown;
    table_.row({v_.names().scaled_gang_names(i, g, index_range(first - v_.desired().min_available(g), rest)), "", "",
                "", "", "",
                replicas_text(v_, g, first, rest) + "like " + std::string(v_.group(g).name) + "-" + number(m.first)});
  }

  const SetView& v_;
  const std::vector<ReplicaRun>& runs_;
  bool all_;
  Table& table_;
};

// `13 pods = frontend 2 + prefill 8 (pleader 2 + pworker 6)`.
std::string pods_text(const SetView& view, const Sums& sums) {
  std::string parts;
  std::size_t count = 0;
  auto add = [&](std::string& to, std::string_view name, std::uint64_t pods) {
    to += (to.empty() ? "" : " + ") + std::string(name) + " " + number(pods);
  };
  const ir::PodCliqueSet& set = view.set();
  auto pods_of = [&](CliqueId c) { return sums.clique_pods[static_cast<std::size_t>(c)]; };
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    const CliqueId c = set.cliques.id_at(s);
    if (set.cliques[c].group || pods_of(c) == 0) continue;
    add(parts, set.cliques[c].name, pods_of(c));
    ++count;
  }
  for (const ir::ScalingGroup& group : set.groups) {
    std::uint64_t pods = 0;
    std::string members;
    for (CliqueId c : group.cliques) {
      if (pods_of(c) == 0) continue;
      pods += pods_of(c);
      add(members, set.cliques[c].name, pods_of(c));
    }
    if (pods == 0) continue;
    add(parts, group.name, pods);
    parts += " (" + members + ")";
    ++count;
  }
  return counted(sums.pods, "pod") + (count == 0 ? "" : " = " + parts);
}

void print_totals(const SetView& view, const ReplicaRun* first, const Sums& sums, bool is_whole, FdWriter& out) {
  out.write("\n" + pods_text(view, sums) + "\n");
  if (is_whole) {
    const ir::Totals totals = ir::totals_of(view.world());
    out.write(counted(totals.objects, "object") + ": " + counted(totals.set_replicas, "replica") + ", " +
              counted(totals.scaling_groups, "scaling group") + ", " + counted(totals.pod_cliques, "clique") + ", " +
              counted(totals.base_gangs, "base gang") + ", " + counted(totals.scaled_gangs, "scaled gang") + "\n");
  }
  if (!first || sums.resources.empty()) return;
  out.write("\n");
  Table table(out, {{"RESOURCE"}, {"REQUESTS", true}, {"LIMITS", true}});
  table.print([&](Table& t) {
    for (const auto& [name, amount] : sums.resources.amounts())
      t.row({name, amount_text(name, amount.requests), amount.has_limit ? amount_text(name, amount.limits) : "none"});
  });
}

void tree_text(const SetView& view, const ShowRequest& request, FdWriter& out) {
  const std::vector<ReplicaRun> runs = outline(view, request.selection);
  const Sums sums = sums_of(view, runs);
  const bool has_gpus = !sums.resources.gpu_text().empty();
  Table tree(out, {{"NAME"}, {"WHAT"}, {"PODS", true}, {"GPUS", true, has_gpus}, {"GANG"}});
  tree.print([&](Table& t) { TreeText(view, runs, request.all, t).print(); });
  print_totals(view, runs.empty() ? nullptr : &runs.front(), sums, request.selection.empty(), out);
  if (runs.empty()) return;
  out.write("\n");
  Table gangs(out, {{"GANG"},
                    {"MINIMUM", true},
                    {"PODS", true},
                    {"CPU", true},
                    {"MEMORY", true},
                    {"GPUS", true},
                    {"MINIMUM OF EACH POD GROUP"}});
  gangs.print([&](Table& t) { GangText(view, runs, request.all, t).print(); });
}

/// The tree as JSON, every replica and pod.
class TreeJson {
 public:
  TreeJson(const SetView& view, const std::vector<ReplicaRun>& runs, JsonStream& json)
      : v_(view), runs_(runs), j_(json) {}

  void write(bool is_whole) {
    const Sums sums = sums_of(v_, runs_);
    j_.begin_object().member("name", v_.set().name).member("namespace", v_.set().namespace_);
    totals(sums, is_whole);
    j_.key("gangs").begin_list();
    for (const ReplicaRun& run : runs_)
      for (std::uint32_t n = 0; n < run.count; ++n) gangs(run, run.first + n);
    j_.end_list().key("replicas").begin_list();
    for (const ReplicaRun& run : runs_)
      for (std::uint32_t n = 0; n < run.count; ++n) replica(run, run.first + n);
    j_.end_list().end_object();
  }

 private:
  void totals(const Sums& sums, bool is_whole) {
    j_.key("totals").begin_object();
    if (is_whole) j_.member("objects", ir::totals_of(v_.world()).objects);
    j_.member("pods", sums.pods).member("pod_cliques", sums.pod_cliques);
    j_.member("base_gangs", sums.base_gangs).member("scaled_gangs", sums.scaled_gangs);
    j_.member("gpus", sums.resources.gpus()).member("gpu_slices", sums.resources.gpu_slices());
    j_.member("gpu_nodes", sums.resources.gpu_nodes()).key("resources");
    write_resources(j_, sums.resources);
    j_.key("pods_by_clique").begin_object();
    for (std::size_t s = 0; s < v_.set().cliques.size(); ++s)
      if (sums.clique_pods[s]) j_.member(v_.set().cliques[v_.set().cliques.id_at(s)].name, sums.clique_pods[s]);
    j_.end_object().end_object();
  }

  void gang(const std::string& name, std::string_view role, const GangSums& s) {
    j_.member("name", name).member("role", role).member("pods", s.pods).member("minimum", s.minimum);
    j_.member("gpus", s.all.gpus()).member("gpus_minimum", s.least.gpus());
    j_.member("gpu_slices", s.all.gpu_slices()).member("gpu_slices_minimum", s.least.gpu_slices());
    j_.member("gpu_nodes", s.all.gpu_nodes()).member("gpu_nodes_minimum", s.least.gpu_nodes()).key("resources");
    write_resources(j_, s.all);
    j_.key("resources_minimum");
    write_resources(j_, s.least);
  }

  void gangs(const ReplicaRun& run, std::uint32_t i) {
    if (run.has_base_gang) {
      j_.begin_object();
      gang(v_.base_gang_name(i), "base", base_gang_sums(v_, i));
      j_.member("replica", i).end_object();
    }
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; m.is_scaled && n < m.count; ++n) {
          j_.begin_object();
          gang(v_.gang_name(i, part.group, m.first + n), "scaled", scaled_gang_sums(v_, i, part.group, m.first + n));
          j_.member("replica", i).member("group", v_.group(part.group).name).member("group_replica", m.first + n);
          j_.end_object();
        }
  }

  void replica(const ReplicaRun& run, std::uint32_t i) {
    j_.begin_object().member("index", i).member("name", v_.replica_name(i)).member("pods", sums_of(v_, run).pods);
    j_.key("cliques").begin_list();
    for (CliqueId c : run.standalone) clique(i, 0, c, v_.base_gang_name(i));
    j_.end_list().key("groups").begin_list();
    for (const GroupPart& part : run.groups) {
      j_.begin_object().member("group", v_.group(part.group).name).member("name", v_.group_name(i, part.group));
      j_.key("replicas").begin_list();
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; n < m.count; ++n) members(i, part.group, m, m.first + n);
      j_.end_list().end_object();
    }
    j_.end_list().end_object();
  }

  void members(std::uint32_t i, GroupId g, const MemberRun& m, std::uint32_t j) {
    const std::string gang = v_.gang_name(i, g, j);
    j_.begin_object().member("index", j).member("gang", gang).key("cliques").begin_list();
    for (CliqueId c : m.cliques) clique(i, j, c, gang);
    j_.end_list().end_object();
  }

  void clique(std::uint32_t i, std::uint32_t j, CliqueId c, const std::string& gang) {
    j_.begin_object().member("clique", v_.clique(c).name).member("name", v_.clique_name(i, j, c)).member("gang", gang);
    j_.member("min_available", v_.desired().min_available(c)).key("pods").begin_list();
    v_.world().pod_range(i, j, c).for_each(ir::PodOrder::kByIndex, [&](std::uint32_t, const ir::PodSuffix& suffix) {
      j_.value(v_.pod_name(i, j, c, suffix));
    });
    j_.end_list().end_object();
  }

  const SetView& v_;
  const std::vector<ReplicaRun>& runs_;
  JsonStream& j_;
};

}  // namespace

int show_tree(const ShowRequest& request, FdWriter& out) {
  const std::vector<std::unique_ptr<SetView>> views = selected_views(request);
  if (!request.is_json) {
    for (std::size_t v = 0; v < views.size(); ++v) {
      if (v > 0) out.write("\n");
      tree_text(*views[v], request, out);
    }
    return kClean;
  }
  std::string buffer;
  JsonStream json(buffer, &out);
  json.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const auto& view : views)
    TreeJson(*view, outline(*view, request.selection), json).write(request.selection.empty());
  json.end_list().end_object().flush();
  out.write("\n");
  return kClean;
}

}  // namespace grovec::cli
