// apply: checked, planned against what lives, judged by the API server, allowed; only then sent.
#include "runtime/live/commands/apply.h"

#include <unistd.h>

#include <charconv>
#include <map>

#include "ir/labels.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/live/commands/documents.h"
#include "runtime/live/commands/live_diff.h"
#include "runtime/live/commands/status.h"
#include "runtime/terminal/table.h"

namespace grovec::live {

using namespace std::chrono_literals;
using cli::Options;

namespace {

struct Source {
  std::string_view group, version, plural;
};
constexpr Source kChildren[] = {
    {kGroveGroup, kGroveVersion, "podcliquescalinggroups"},
    {kGroveGroup, kGroveVersion, "podcliques"},
    {"scheduler.grove.io", "v1alpha1", "podgangs"},
    {"", "v1", "pods"},
    {"", "v1", "services"},
    {"autoscaling", "v2", "horizontalpodautoscalers"},
    {"", "v1", "serviceaccounts"},
    {"rbac.authorization.k8s.io", "v1", "roles"},
    {"rbac.authorization.k8s.io", "v1", "rolebindings"},
    {"", "v1", "secrets"},
    {"resource.k8s.io", "v1", "resourceclaims"},
};

/// What lives of the sets, as lists in the form of the API server.
class Look {
 public:
  explicit Look(Cluster& cluster) : c_(cluster) {}

  Result<cli::LiveTexts> run(const driver::Compilation& next) {
    for (const auto& set : next.sets)
      if (Result<Done> done = look(std::string(set->module.spec.namespace_), std::string(set->module.spec.name)); !done)
        return done.error();
    return std::move(out_);
  }

 private:
  Result<Done> look(const std::string& space, const std::string& name) {
    kube::Request request;
    request.path = kube::path_of(kGroveGroup, kGroveVersion, "podcliquesets", space, name);
    kube::Answer answer = c_.client->call(std::move(request));
    if (answer.status == 404) return Done{};
    if (answer.error) return Error{"PodCliqueSet " + space + "/" + name + ": " + answer.error->message, answer.error->kind};
    out_.emplace_back("podcliquesets", std::move(answer.body));
    for (const Source& s : kChildren)
      if (Result<Done> done = list(s, space, name); !done) return done;
    return Done{};
  }

  Result<Done> list(const Source& s, const std::string& space, const std::string& set) {
    std::string next;
    do {
      kube::Request request;
      request.path = kube::path_of(s.group, s.version, s.plural, space);
      request.query = {{"labelSelector", std::string(ir::keys::kPartOf) + "=" + set}, {"limit", "500"}};
      if (!next.empty()) request.query.emplace_back("continue", next);
      kube::Answer answer = c_.client->call(std::move(request));
      if (answer.status == 403 || answer.status == 404) {
        if (answer.status == 403) warn("not read: " + std::string(s.plural) + "; they are taken to be as the operator makes them");
        return Done{};
      }
      if (answer.error) return Error{"cannot list " + std::string(s.plural) + ": " + answer.error->message, answer.error->kind};
      Result<Tree> page = read_json(answer.body);
      if (!page) return page.error();
      next = page->root["metadata"]["continue"].as_string();
      if (page->root["items"].size() > 0) out_.emplace_back(s.plural, std::move(answer.body));
    } while (!next.empty());
    return Done{};
  }

  Cluster& c_;
  cli::LiveTexts out_;
};

struct Limits {
  bool roll = false, remove = false;
  std::optional<std::uint64_t> gpus_down;
};

Result<Limits> limits_of(const Options& options) {
  Limits out;
  for (std::string_view rest : options.all("--allow")) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view word = rest.substr(0, comma);
      if (word != "roll" && word != "delete")
        return Error{"`--allow` takes roll, delete or roll,delete, not `" + std::string(word) + "`", Error::kUsage};
      (word == "roll" ? out.roll : out.remove) = true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (!options.has("--max-gpus-down")) return out;
  const std::string_view text = options.get("--max-gpus-down");
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size())
    return Error{"`--max-gpus-down` needs a number", Error::kUsage};
  out.gpus_down = n;
  return out;
}

class Application {
 public:
  Application(Cluster& cluster, const Options& options, Limits limits, kube::Duration timeout)
      : c_(cluster), options_(options), limits_(limits), timeout_(timeout) {
    send_.force = options.has("--force-conflicts");
    is_trial_ = options.has("--dry-run");
  }

  int run(driver::CompileRequest request) {
    if (int code = plan(std::move(request))) return code;
    if (int code = judge_all()) return code;
    std::size_t changes = 0;
    for (const Document& d : documents_) changes += d.changes();
    if (changes > 0 && !is_trial_)
      if (int code = permit(changes)) return code;
    if (int code = send_all()) return code;
    return options_.has("--wait") && !is_trial_ ? wait() : kClean;
  }

 private:
  int plan(driver::CompileRequest request) {
    cli::PlanInputs inputs;
    inputs.older = inputs.newer = std::move(request);
    inputs.has_old = false;
    inputs.look = [this](const driver::Compilation& next) { return Look(c_).run(next); };
    int exit_code = kClean;
    plan_ = cli::make_plan(options_, inputs, exit_code);
    if (!plan_) return exit_code;
    if (!plan_->sets.empty()) print(STDOUT_FILENO, cli::plan_text(*plan_, use_color(STDOUT_FILENO)));
    for (const plan::SetPlan& s : plan_->sets)
      if (s.action == plan::Action::kForbidden)
        return fail(kFound, "nothing was sent: the API server refuses this change of `" + s.name +
                                "`, and apply never deletes to replace. Take the change back, or give the set another "
                                "name, or run `grovec delete " +
                                s.name + " -n " + s.namespace_ + "` and then apply again");
    if (limits_.gpus_down && plan_->down_at_once.gpus > *limits_.gpus_down)
      return fail(kFound, "nothing was sent: --max-gpus-down " + std::to_string(*limits_.gpus_down) + ": " +
                              std::to_string(plan_->down_at_once.gpus) + " GPUs are down at once");
    return kClean;
  }

  int judge_all() {
    Result<std::vector<Document>> documents = documents_of(c_, *plan_->next, arena_);
    if (!documents) return fail(documents.error());
    documents_ = std::move(*documents);
    judge(c_, documents_, send_, false, arena_);
    int exit_code = kClean;
    for (const Document& d : documents_) {
      if (d.problem) exit_code = std::max<int>(exit_code, fail({d.title + ": " + d.problem->message, d.problem->kind}));
      if (d.waits) tell(d.title + " is not judged yet: these documents create its namespace or its kind");
    }
    return exit_code == kClean ? kClean : fail(static_cast<ExitCode>(exit_code), "nothing was sent");
  }

  int permit(std::size_t changes) {
    if (is_terminal(STDIN_FILENO)) {
      if (options_.has("--yes") || ask("Apply " + cli::counted(changes, "document") + "?")) return kClean;
      return fail(kFound, "nothing was sent");
    }
    bool removes = plan_->removed.pods > 0;
    for (const plan::SetPlan& s : plan_->sets)
      for (const plan::ObjectChange& o : s.objects) removes |= o.action == plan::Action::kDelete;
    std::string missing;
    if (plan_->restarts.pods > 0 && !limits_.roll) missing = "roll";
    if (removes && !limits_.remove) missing += missing.empty() ? "delete" : ",delete";
    if (missing.empty()) return kClean;
    return fail(kFound, "nothing was sent: nobody can be asked here; `--allow " + missing + "` lets it happen");
  }

  // A set that somebody changed since it was planned is another plan.
  std::optional<Error> is_stale(const Document& d) {
    if (!d.is_set || !d.stored) return std::nullopt;
    Result<Tree> now = get_object(*c_.client, d.path, d.title);
    if (!now) return now.error();
    const auto same = [&](std::string_view key) {
      return ir::equal(now->root["metadata"][key], d.stored->root["metadata"][key]);
    };
    if (same("uid") && same("generation")) return std::nullopt;
    return Error{"somebody changed it since it was planned; run it again", Error::kConflict};
  }

  int send_all() {
    std::string sent;
    for (const Document& d : documents_) {
      if (!d.changes()) {
        print(STDOUT_FILENO, d.title + " unchanged\n");
        continue;
      }
      const std::string line = d.title + (d.stored ? " configured" : " created");
      if (is_trial_) {
        print(STDOUT_FILENO, line + " (dry run: nothing was changed)\n");
        continue;
      }
      std::optional<Error> error = is_stale(d);
      if (!error)
        if (Result<Tree> done = send(c_, d, send_); !done) error = done.error();
      if (error) {
        const int code = fail({d.title + ": " + error->message, error->kind});
        tell(sent.empty() ? "nothing was sent" : "sent before it, and not taken back: " + sent);
        return code;
      }
      print(STDOUT_FILENO, line + "\n");
      sent += (sent.empty() ? "" : ", ") + d.title;
    }
    return kClean;
  }

  int wait() {
    std::map<std::string, std::vector<std::string>> names;
    for (const Document& d : documents_)
      if (d.is_set) names[d.namespace_].push_back(d.name);
    for (const auto& [space, sets] : names)
      if (int code = wait_for_sets(c_, options_, space, sets, timeout_)) return code;
    return kClean;
  }

  Cluster& c_;
  const Options& options_;
  Limits limits_;
  kube::Duration timeout_;
  SendOptions send_;
  bool is_trial_ = false;
  Arena arena_;
  std::unique_ptr<cli::Planned> plan_;
  std::vector<Document> documents_;
};

}  // namespace

int run_apply(const Options& options) {
  live::set_habits(options);
  cli::set_habits(options);
  const Result<Limits> limits = limits_of(options);
  if (!limits) return fail(limits.error());
  Result<kube::Duration> timeout = timeout_of(options, 10min);
  if (!timeout) return fail(timeout.error());
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  Result<driver::CompileRequest> request = documents_request(options, **cluster);
  if (!request) return fail(request.error());
  return Application(**cluster, options, *limits, *timeout).run(std::move(*request));
}

}  // namespace grovec::live
