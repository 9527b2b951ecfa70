// show startup: which cliques start when, and the longest chain of waiting.
#include "runtime/cli/showing.h"
#include "runtime/view/startup.h"

namespace grovec::cli {

using namespace driver;
using ir::CliqueId;
using Reach = ir::StartDependency::Reach;

namespace {

std::string_view type_name(ir::StartupType type) {
  switch (type) {
    case ir::StartupType::kAnyOrder:
      return "CliqueStartupTypeAnyOrder";
    case ir::StartupType::kInOrder:
      return "CliqueStartupTypeInOrder";
    case ir::StartupType::kExplicit:
      return "CliqueStartupTypeExplicit";
  }
  return {};
}

std::string_view reach_name(Reach reach) {
  switch (reach) {
    case Reach::kStandalone:
      return "standalone";
    case Reach::kBaseReplicas:
      return "base-replicas";
    case Reach::kOwnReplica:
      return "own-replica";
  }
  return {};
}

// PodCliques that a dependency or a node stands for.
std::uint32_t pod_cliques(const SetView& v, CliqueId c, bool is_base) {
  return is_base && v.clique(c).group ? v.desired().min_available(*v.clique(c).group) : 1;
}

/// Text of one plan at one set replica.
class Text {
 public:
  Text(const SetView& view, const StartPlan& plan, std::uint32_t i) : v_(view), plan_(plan), i_(i) {
    if (plan.group) j_ = v_.desired().min_available(*plan.group);
  }

  std::string heading(std::uint32_t count) const {
    const std::string where =
        count > 1 ? " (and replicas " + index_range(i_ + 1, count - 1) + " alike)" : std::string();
    if (!plan_.group) return "base gang " + v_.base_gang_name(i_) + where;
    const std::uint32_t replicas = v_.world().group_replicas(i_, *plan_.group);
    return "scaled gangs " + v_.names().scaled_gang_names(i_, *plan_.group, index_range(0, replicas - j_)) + where +
           ": gated until " + v_.base_gang_name(i_) + " is scheduled";
  }

  void rows(Table& table) const {
    for (const StartNode& n : plan_.nodes) {
      std::string after;
      for (const ir::StartDependency& d : n.after) after += (after.empty() ? "" : ", ") + dependency(d);
      if (after.empty()) after = "at once";
      table.row({std::to_string(n.stage), n.is_critical ? "*" : "", name(n.clique, !plan_.group),
                 std::to_string(v_.desired().min_available(n.clique)), after});
    }
  }

  std::string critical_path() const {
    if (plan_.critical_path.empty()) return "no clique waits for another";
    std::string out = "critical path: " + counted(plan_.stages, "stage") + ": ";
    for (std::size_t at = 0; at < plan_.critical_path.size(); ++at)
      out += (at ? " → " : "") + std::string(v_.clique(plan_.critical_path[at]).name);
    return out;
  }

 private:
  // mn-disagg-0-prefill-[0-1]-pleader where several replicas are meant.
  std::string name(CliqueId c, bool is_base) const {
    const ir::Clique& clique = v_.clique(c);
    if (!clique.group) return v_.clique_name(i_, 0, c);
    const std::uint32_t first = is_base ? 0 : j_;
    const std::uint32_t last =
        is_base ? v_.desired().min_available(*clique.group) : v_.world().group_replicas(i_, *clique.group);
    return v_.names().member_names(i_, index_range(first, last > first ? last - first : 1), c);
  }

  std::string dependency(const ir::StartDependency& d) const {
    const std::uint32_t ready = v_.desired().min_available(d.clique);
    if (d.reach == Reach::kOwnReplica)
      return std::to_string(ready) + " ready of " + std::string(v_.clique(d.clique).name) + " in its own replica";
    const bool is_many = pod_cliques(v_, d.clique, true) > 1;
    return std::to_string(ready) + " ready of " + (is_many ? "each " : "") + name(d.clique, true);
  }

  const SetView& v_;
  const StartPlan& plan_;
  std::uint32_t i_, j_ = 0;
};

void print_set(const SetView& view, const ShowRequest& request, FdWriter& out) {
  out.write(std::string(view.set().name) + ": " + std::string(type_name(view.set().startup)) + "\n");
  const std::vector<StartPlan> plans = start_plans(view.world());
  for (const ReplicaRun& run : outline(view, request.selection)) {
    for (const StartPlan& plan : plans) {
      if (plan.group &&
          view.world().group_replicas(run.first, *plan.group) <= view.desired().min_available(*plan.group))
        continue;
      const Text text(view, plan, run.first);
      out.write("\n" + text.heading(run.count) + "\n");
      Table table(out, {{"STAGE", true}, {""}, {"CLIQUE"}, {"READY WITH", true}, {"STARTS AFTER"}});
      table.print([&](Table& t) { text.rows(t); });
      out.write(text.critical_path() + "\n");
    }
  }
}

void write_plan(const SetView& view, const StartPlan& plan, JsonStream& json) {
  json.begin_object().member("gang", plan.group ? "scaled" : "base");
  if (plan.group) json.member("group", view.group(*plan.group).name);
  json.member("stages", plan.stages).key("critical_path").begin_list();
  for (CliqueId c : plan.critical_path) json.value(view.clique(c).name);
  json.end_list().key("cliques").begin_list();
  for (const StartNode& n : plan.nodes) {
    json.begin_object().member("clique", view.clique(n.clique).name).member("stage", n.stage);
    json.member("is_critical", n.is_critical).member("min_available", view.desired().min_available(n.clique));
    json.member("pod_cliques", pod_cliques(view, n.clique, !plan.group)).key("after").begin_list();
    for (const ir::StartDependency& d : n.after) {
      json.begin_object().member("clique", view.clique(d.clique).name).member("reach", reach_name(d.reach));
      json.member("ready", view.desired().min_available(d.clique));
      json.member("pod_cliques", pod_cliques(view, d.clique, d.reach == Reach::kBaseReplicas)).end_object();
    }
    json.end_list().end_object();
  }
  json.end_list().end_object();
}

}  // namespace

int show_startup(const ShowRequest& request, FdWriter& out) {
  const std::vector<std::unique_ptr<SetView>> views = selected_views(request);
  if (!request.is_json) {
    for (const auto& view : views) {
      if (view != views.front()) out.write("\n");
      print_set(*view, request, out);
    }
    return kClean;
  }
  std::string buffer;
  JsonStream json(buffer, &out);
  json.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const auto& view : views) {
    json.begin_object().member("name", view->set().name).member("namespace", view->set().namespace_);
    json.member("startup_type", type_name(view->set().startup)).key("gangs").begin_list();
    for (const StartPlan& plan : start_plans(view->world())) write_plan(*view, plan, json);
    json.end_list().end_object();
  }
  json.end_list().end_object().flush();
  out.write("\n");
  return kClean;
}

}  // namespace grovec::cli
