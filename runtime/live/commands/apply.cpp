// apply: checked, planned against what lives, judged by the API server, allowed; only then sent.
#include "runtime/live/commands/apply.h"

#include <unistd.h>

#include <charconv>
#include <map>

#include "runtime/cli/commands.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/driver/version.h"
#include "runtime/live/commands/documents.h"
#include "runtime/live/commands/kept_plan.h"
#include "runtime/live/commands/live_diff.h"
#include "runtime/live/commands/look.h"
#include "runtime/live/commands/status.h"
#include "runtime/terminal/live_commands.h"
#include "runtime/terminal/table.h"

namespace grovec::live {

using namespace std::chrono_literals;
using cli::Options;

namespace {

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

  /// Sends only what was kept, and asks nobody: somebody has looked at it.
  void set_kept(KeptPlan kept) { kept_ = std::move(kept); }

  int run(driver::CompileRequest request) {
    if (int code = plan(request)) return code;
    if (int code = prepare()) return code;
    if (int code = compare_with_kept()) return code;
    if (int code = plan_with_kept_counts(std::move(request))) return code;
    if (!plan_->sets.empty()) print(STDOUT_FILENO, cli::plan_text(*plan_, use_color(STDOUT_FILENO)));
    if (int code = judge_plan()) return code;
    if (int code = judge_documents()) return code;
    std::size_t changes = 0;
    for (const Document& d : documents_) changes += d.changes();
    if (changes > 0 && !is_trial_)
      if (int code = permit(changes)) return code;
    c_.watch_signals();
    if (int code = send_all()) return code;
    return options_.has("--wait") && !is_trial_ ? wait() : kClean;
  }

 private:
  int plan(driver::CompileRequest request) {
    cli::PlanInputs inputs;
    inputs.older = inputs.newer = std::move(request);
    inputs.has_old = false;
    inputs.kept_counts = kept_counts_;
    inputs.look = [this](const driver::Compilation& next) { return look_at(c_, next); };
    int exit_code = kClean;
    plan_ = cli::make_plan(options_, inputs, exit_code);
    return plan_ ? kClean : exit_code;
  }

  int prepare() {
    Result<std::vector<Document>> documents = documents_of(c_, *plan_->newer, arena_);
    if (!documents) return fail(documents.error());
    documents_ = std::move(*documents);
    now_.program = driver::kVersion;
    for (const Document& d : documents_) now_.documents.push_back(sent_of(d));
    if (options_.has("--only-sets")) std::erase_if(documents_, [](const Document& d) { return !d.is_set; });
    if (documents_.empty()) return fail(kFound, "there is no PodCliqueSet in the input");
    judge(c_, documents_, send_, false, arena_);
    return kClean;
  }

  int compare_with_kept() {
    if (!kept_) return kClean;
    for (const Document& d : documents_)
      if (d.is_set) now_.sets.push_back(set_of(d, d.stored ? &d.stored->root : nullptr));
    const std::string why = difference_of(*kept_, now_);
    return why.empty() ? kClean : fail(kFound, "nothing was sent: the plan does not hold any more: " + why);
  }

  // Counts that are not sent change nothing.
  int plan_with_kept_counts(driver::CompileRequest request) {
    for (const Document& d : documents_) {
      if (d.scaler.empty()) continue;
      tell(d.title + ": " + std::to_string(d.kept_replicas) + " replicas are left as they are: " +
           (d.is_scaled_by_hand() ? "the file does not say how many" : "`" + d.scaler + "` scales it"));
      kept_counts_[{d.namespace_, d.name}] = d.kept_replicas;
    }
    if (kept_counts_.empty()) return kClean;
    planned_first_ = std::move(plan_);
    return plan(std::move(request));
  }

  int judge_plan() {
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

  int judge_documents() {
    int exit_code = kClean;
    for (const Document& d : documents_) {
      if (d.problem) exit_code = std::max<int>(exit_code, fail({d.title + ": " + d.problem->message, d.problem->kind}));
      if (d.waits) tell(d.title + " is not judged yet: these documents create its namespace or its kind");
    }
    return exit_code == kClean ? kClean : fail(static_cast<ExitCode>(exit_code), "nothing was sent");
  }

  int permit(std::size_t changes) {
    if (kept_) return kClean;
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

  // The version of a set that is still the one that was planned for; empty if there is none. Somebody's change since
  // then makes another plan.
  Result<std::string> version_as_planned(const Document& d) {
    kube::Request request;
    request.path = d.path;
    kube::Answer answer = c_.client->call(std::move(request));
    if (answer.error && answer.status != 404) return *answer.error;
    const bool is_there = !answer.error;
    if (!is_there && !d.stored) return std::string();
    if (!is_there || !d.stored)
      return Error{
          std::string("somebody ") + (is_there ? "created" : "deleted") + " it since it was planned; run it again",
          Error::kConflict};
    Result<Tree> now = read_json(std::move(answer.body));
    if (!now) return now.error();
    const ir::Value &is = now->root["metadata"], &was = d.stored->root["metadata"];
    if (ir::equal(is["uid"], was["uid"]) && ir::equal(is["generation"], was["generation"]) &&
        ir::equal(is["deletionTimestamp"], was["deletionTimestamp"]))
      return std::string(is["resourceVersion"].as_string());
    return Error{"somebody changed it since it was planned; run it again", Error::kConflict};
  }

  // A status that is written meanwhile is a new version of the same set.
  std::optional<Error> send_one(const Document& d) {
    constexpr int kAttempts = 10;
    constexpr kube::Duration kBetweenAttempts = 200ms;
    const kube::Instant until = c_.loop->now() + 60s;
    SendOptions options = send_;
    for (int attempt = 1;; ++attempt) {
      if (d.is_set) {
        Result<std::string> version = version_as_planned(d);
        if (!version) return version.error();
        options.resource_version = std::move(*version);
      }
      Result<Tree> done = send(c_, d, options);
      if (done) return std::nullopt;
      // The API server needs a moment until it serves a new kind.
      if (done.error().kind == Error::kGone && d.waits && c_.loop->now() < until && !c_.is_interrupted) {
        c_.pause(kBetweenAttempts);
        continue;
      }
      if (done.error().kind != Error::kRetry || options.resource_version.empty() || attempt == kAttempts)
        return done.error();
    }
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
      if (c_.is_interrupted) return interrupted(sent);
      if (const std::optional<Error> error = send_one(d)) {
        const int code = fail({d.title + ": " + error->message, error->kind});
        tell(sent.empty() ? "nothing was sent" : "sent before it, and not taken back: " + sent);
        return code;
      }
      print(STDOUT_FILENO, line + "\n");
      sent += (sent.empty() ? "" : ", ") + d.title;
    }
    return kClean;
  }

  int interrupted(const std::string& sent) {
    return fail(kCannotRead, sent.empty() ? "interrupted; nothing was sent"
                                          : "interrupted; run it again to go on. Sent, and not taken back: " + sent);
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
  std::optional<KeptPlan> kept_;
  KeptPlan now_;
  Arena arena_;
  std::unique_ptr<cli::Planned> plan_, planned_first_;  // documents point into the first one
  std::vector<Document> documents_;
  std::map<std::pair<std::string, std::string>, std::int64_t> kept_counts_;
};

}  // namespace

namespace {

// The options that were planned with, for the documents; all others are today's.
Result<Options> planned_options(const KeptPlan& kept, const Options& options) {
  for (const std::string_view name : {"--filename", "--env", "--set", "--values", "--with", "--only-sets"})
    if (options.has(name)) return Error{"`" + std::string(name) + "` stands in the plan already", Error::kUsage};
  for (const cli::LiveCommand& command : cli::live_commands())
    if (command.name == "apply") {
      std::vector<std::string> arguments = kept.arguments;
      if (options.has("--kubeconfig"))
        arguments.insert(arguments.begin(), "--kubeconfig=" + std::string(options.get("--kubeconfig")));
      return cli::parse_options(command.options, arguments);
    }
  return Error{"apply has no options", Error::kUsage};
}

}  // namespace

int run_apply(const Options& options) {
  cli::set_habits(options);
  const Result<Limits> limits = limits_of(options);
  if (!limits) return fail(limits.error());
  Result<kube::Duration> timeout = timeout_of(options, 10min);
  if (!timeout) return fail(timeout.error());
  Result<std::optional<KeptPlan>> kept = std::optional<KeptPlan>();
  if (options.operands().size() == 1) kept = read_kept(options.operands().front());
  if (!kept) return fail(kept.error());
  Options documents = options;
  if (*kept) {
    Result<Options> planned = planned_options(**kept, options);
    if (!planned) return fail(planned.error());
    documents = std::move(*planned);
  }
  Result<std::unique_ptr<Cluster>> cluster = reach(documents);
  if (!cluster) return fail(cluster.error());
  Result<driver::CompileRequest> request = documents_request(documents, **cluster);
  if (!request) return fail(request.error());
  Application application(**cluster, options, *limits, *timeout);
  if (*kept) application.set_kept(std::move(**kept));
  return application.run(std::move(*request));
}

}  // namespace grovec::live
