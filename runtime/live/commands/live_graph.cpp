#include "runtime/live/commands/live_graph.h"

#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/cli/plan/dump.h"
#include "runtime/decide/instant.h"
#include "runtime/live/commands/gather.h"
#include "runtime/live/commands/live_diff.h"
#include "runtime/live/commands/look.h"
#include "runtime/live/commands/objects.h"
#include "runtime/output/output.h"
#include "runtime/status/render.h"
#include "runtime/view/graph/render.h"

namespace grovec::live {

using cli::Options;

namespace {

using Rows = std::map<std::string, const status::Row*, std::less<>>;

void find_pods(const std::vector<status::Row>& rows, Rows& out) {
  for (const status::Row& row : rows) {
    if (row.kind == status::RowKind::kPod) out.emplace(row.name, &row);
    find_pods(row.children, out);
  }
}

// A pod that has gone and the one in its place may both be there: the one that stays counts.
void add_pod(std::vector<driver::GraphPod>& pods, driver::GraphPod pod) {
  for (driver::GraphPod& other : pods)
    if (other.index == pod.index) {
      if (other.state == "terminating") other = std::move(pod);
      return;
    }
  pods.push_back(std::move(pod));
}

driver::GraphLife life_of(const status::SetReport& report, const status::SetWorld& world, decide::Instant now) {
  driver::GraphLife out;
  out.at = decide::time_text(now);
  out.state = report.state;
  for (const status::GroupedReason& why : report.why)
    out.reasons.push_back(status::objects_text(why) + ": " + why.reason.sentence);
  Rows rows;
  find_pods(report.rows, rows);
  for (const auto& [clique, pods] : world.pods)
    for (const status::PodFacts& p : pods) {
      const auto row = rows.find(p.live->name);
      if (row == rows.end()) continue;
      driver::GraphPod pod{p.live->index, p.live->name, row->second->state, {}};
      for (const status::Reason& reason : row->second->reasons) pod.reasons.push_back(reason.sentence);
      add_pod(out.pods[clique], std::move(pod));
    }
  return out;
}

// Counts as they live, in the words of `--assume-replicas`.
void assume(const status::SetWorld& world, driver::CompileRequest& request) {
  for (const auto& [name, group] : world.groups)
    if (!group->meta.deleted)
      request.assume_replicas.push_back("podcliquescalinggroup/" + name + "=" + std::to_string(group->replicas));
  for (const auto& [name, clique] : world.cliques)
    if (const auto* owner = clique->meta.controller(); !clique->meta.deleted && owner && owner->kind == "PodCliqueSet")
      request.assume_replicas.push_back("podclique/" + name + "=" + std::to_string(clique->replicas));
}

class Drawing {
 public:
  Drawing(Cluster& cluster, const Options& options) : c_(cluster), options_(options) {}

  int run() {
    GatherOptions what;
    what.names = options_.operands();
    what.namespace_ = c_.namespace_;
    Result<std::unique_ptr<Gathered>> gathered = gather(*c_.client, what);
    if (!gathered) return fail(gathered.error());
    for (const std::string& d : (*gathered)->denied) warn("not listed: " + d);
    const auto wall = c_.surroundings.wall_time().time_since_epoch();
    const decide::Instant now{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
    status::ReportOptions request;
    request.names = what.names;
    request.namespace_ = what.namespace_;
    request.now = now;
    Result<status::Report> report = status::report_of((*gathered)->world, request);
    if (!report) return fail(report.error());
    if (report->sets.empty()) return fail(kFound, "there is no PodCliqueSet in namespace `" + c_.namespace_ + "`");
    if (Result<Done> read = read_sets(*report, (*gathered)->world, now); !read) return fail(read.error());
    return draw();
  }

 private:
  Result<Done> read_sets(const status::Report& report, const status::World& world, decide::Instant now) {
    const auto space = world.namespaces().find(c_.namespace_);
    if (space == world.namespaces().end()) return Done{};
    for (const status::SetReport& set : report.sets) {
      const auto found = space->second.sets.find(set.name);
      if (found == space->second.sets.end() || !found->second.set) continue;
      kube::Request get;
      get.path = kube::path_of(kGroveGroup, kGroveVersion, "podcliquesets", c_.namespace_, set.name);
      kube::Answer answer = c_.client->call(std::move(get));
      if (answer.error) return *answer.error;
      if (Result<Done> read = dump_.read_text("PodCliqueSet " + set.name, std::move(answer.body), true); !read)
        return read;
      assume(found->second, request_);
      lives_.emplace(set.name, life_of(set, found->second, now));
    }
    return Done{};
  }

  int draw() {
    request_.default_namespace = c_.namespace_;
    request_.operator_config = options_.get("--operator-config");
    request_.surroundings = bindings_of(c_);
    request_.owner_references = true;
    auto c = std::make_unique<driver::Compilation>();
    Result<Done> done = driver::compile_documents(*c, request_, dump_.sets());
    if (!done && !request_.assume_replicas.empty()) {
      warn("something is surplus; counts are drawn as the set has them");
      request_.assume_replicas.clear();
      c = std::make_unique<driver::Compilation>();
      done = driver::compile_documents(*c, request_, dump_.sets());
    }
    if (!done) return fail(done.error());
    std::vector<std::unique_ptr<driver::SetView>> views;
    std::vector<driver::GraphSet> sets;
    for (const auto& set : c->sets) {
      if (!set->is_planned) continue;
      views.push_back(std::make_unique<driver::SetView>(set->world, *set->directory));
      sets.push_back({set.get(), views.back().get(), &lives_.at(std::string(set->module.spec.name))});
    }
    if (sets.empty()) return fail(kFound, "what lives has no correct output: see `grovec status`");
    const std::string page = driver::graph_html(sets, {});
    if (!options_.has("--out")) {
      print(STDOUT_FILENO, page);
      return kClean;
    }
    done = driver::write_file_atomically(std::string(options_.get("--out")), page);
    return done ? kClean : fail(done.error());
  }

  Cluster& c_;
  const Options& options_;
  cli::Dump dump_;
  driver::CompileRequest request_;
  std::map<std::string, driver::GraphLife, std::less<>> lives_;
};

}  // namespace

int run_live_graph(const Options& options) {
  if (options.get("--output") != "html") return fail(kUsage, "`graph --live` draws a page: write `-o html`");
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  return Drawing(**cluster, options).run();
}

}  // namespace grovec::live
