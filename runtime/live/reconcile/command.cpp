#include "runtime/live/reconcile/command.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "runtime/live/commands/cluster.h"
#include "runtime/live/connect.h"
#include "runtime/live/reconcile/daemon.h"
#include "runtime/live/reconcile/neighbours.h"
#include "runtime/live/reconcile/once.h"
#include "runtime/live/reconcile/settings.h"
#include "runtime/live/reconcile/trial.h"
#include "runtime/live/signals.h"

namespace grovec::live {

namespace {

// One set after the other said in a line each.
int report(const Operator& op, const std::vector<SetKey>& keys, bool wait, bool in_time) {
  int code = 0;
  for (const SetKey& key : keys) {
    const Tenant* tenant = op.tenant(key);
    if (tenant && !tenant->is_compiled()) code = std::max(code, 1);
    if (tenant && tenant->has_failed_writes()) code = 3;
    const std::string what = waits_for(op.store().view(key));
    if (!what.empty()) print(STDOUT_FILENO, key.namespace_ + "/" + key.name + ": waiting for " + what + "\n");
    if (wait && !what.empty()) code = std::max(code, 1);
  }
  if (!in_time) print(STDERR_FILENO, "grovec: gave up waiting; run it again to go on\n");
  return in_time ? code : 3;
}

// Objects in one namespace need no permission for others.
std::string common_namespace(const std::vector<SetKey>& keys) {
  for (const SetKey& key : keys)
    if (key.namespace_ != keys.front().namespace_) return {};
  return keys.front().namespace_;
}

// What would be written, from one look at the cluster.
int print_trials(kube::Client& client, Operator& op, const std::vector<AppliedSet>& sets, const OnceOptions& once,
                 const OperatorOptions& options, const bool& interrupted) {
  op.set_permission([] { return false; });
  client.loop().run_until([&] { return interrupted || op.has_listed() || op.denied(); }, once.timeout);
  if (interrupted) return 3;
  if (op.denied()) return fail({op.denied()->message, op.denied()->kind});
  if (!op.has_listed()) return fail({"the cluster could not be read in time", Error::kRetry});
  int code = 0;
  for (const AppliedSet& set : sets) {
    const Result<Done> done =
        print_trial(op, set, once.wait, [&](const std::string& line) { options.say(false, line); });
    if (!done) code = fail(done.error());
  }
  return code;
}

// Refuses beside an operator; where Leases may not be listed, says that nobody knows.
Result<Done> nobody_else(kube::Client& client, const LeaderOptions& election, const Log& say) {
  const Result<Neighbours> neighbours = read_neighbours(client, election.name);
  if (!neighbours) return neighbours.error();
  if (neighbours->is_blind) say(true, "Leases may not be listed: whether an operator is running here is not known");
  if (const std::string other = holder_of(*neighbours); !other.empty())
    return Error{"the operator `" + other + "` is running here: it does this by itself", Error::kConflict};
  return Done{};
}

int run_once(kube::Client& client, OperatorOptions options, const OnceOptions& once, const LeaderOptions& election,
             bool asks_others, const bool& interrupted) {
  if (asks_others && !once.dry_run)
    if (auto alone = nobody_else(client, election, options.say); !alone) return fail(alone.error());
  Compiler surroundings(options.compiler);
  if (auto read = surroundings.set_surroundings({}); !read) return fail(read.error());
  const auto sets = apply_sets(client, surroundings.facts(), once, options.say);
  if (!sets) return fail(sets.error());
  for (const AppliedSet& set : *sets) options.only.push_back(set.key);
  if (options.namespace_.empty()) options.namespace_ = common_namespace(options.only);
  const std::vector<SetKey> keys = options.only;
  Operator op(client, options);
  if (auto started = op.start(); !started) return fail(started.error());
  if (once.dry_run) return print_trials(client, op, *sets, once, options, interrupted);
  const bool in_time = client.loop().run_until(
      [&] {
        if (interrupted) return op.wind_down();
        if (op.denied()) return true;
        if (!op.is_at_rest()) return false;
        if (!once.wait) return true;
        for (const SetKey& key : keys) {
          const Tenant* tenant = op.tenant(key);
          if (tenant && tenant->looks_again()) return false;
          if (!waits_for(op.store().view(key)).empty()) return false;
        }
        return true;
      },
      once.timeout);
  if (interrupted) {
    print(STDERR_FILENO, "grovec: interrupted; nothing is undone, run it again to go on\n");
    return 3;
  }
  if (op.denied()) return fail({op.denied()->message, op.denied()->kind});
  return report(op, keys, once.wait, in_time);
}

Log log_of(const cli::Options& given, const Settings& settings, const kube::Loop& loop) {
  const bool quiet = given.has("--quiet");
  const bool is_json = given.get("--log-format", settings.log_format) == "json";
  Log out(
      is_json ? Log::Format::kJson : Log::Format::kText,
      [&loop] {
        const auto wall = loop.surroundings().wall_time().time_since_epoch();
        return decide::Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
      },
      [is_json](bool is_warning, const std::string& line) {
        if (is_warning)
          print(STDERR_FILENO, (is_json ? "" : "grovec: ") + line + "\n");
        else
          print(STDOUT_FILENO, line + "\n");
      });
  if (quiet || settings.log_level == "error")
    out.set_level(Level::kWarning);
  else if (settings.log_level == "debug")
    out.set_level(Level::kDebug);
  return out;
}

LeaderOptions election_of(const cli::Options& given, const Settings& settings, const std::string& own_namespace) {
  LeaderOptions out;
  out.namespace_ = given.get("--namespace", own_namespace);
  out.scope = given.get("--namespace", "*");
  if (!settings.lease_name.empty()) out.name = settings.lease_name;
  out.lease = settings.lease.value_or(out.lease);
  out.deadline = settings.deadline.value_or(out.deadline);
  out.retry = settings.retry.value_or(out.retry);
  return out;
}

DaemonOptions daemon_of(const cli::Options& given, const Settings& settings) {
  DaemonOptions out;
  out.metrics_address = given.get("--metrics-address", settings.metrics_address);
  out.health_address = settings.health_address;
  out.is_elected = !given.has("--no-leader-election") && settings.is_elected.value_or(true);
  out.takes_over = given.has("--take-over");
  return out;
}

Result<int> run(const cli::Options& given) {
  const kube::Surroundings surroundings = surroundings_of(given);
  const Result<kube::Access> access = kube::load_access(access_options(given), surroundings);
  if (!access) return access.error();
  const Result<Settings> settings = read_settings(std::string(given.get("--operator-config")));
  if (!settings) return settings.error();
  kube::Loop loop(surroundings);
  kube::Client client(loop, *access);
  OperatorOptions options;
  options.namespace_ = given.get("--namespace");
  options.compiler.operator_config = given.get("--operator-config");
  options.compiler.init_image = given.get("--initc-image", ir::kDefaultInitImage);
  options.say = log_of(given, *settings, loop);
  bool interrupted = false;
  const Signals signals(
      loop,
      [&, say = options.say](int signal) mutable {
        if (signal != SIGHUP) return void(interrupted = true);
        const Level level = say.level() == Level::kDebug ? Level::kInfo : Level::kDebug;
        say.set_level(Level::kInfo);
        say(false, "log level: " + std::string(name_of(level)));
        say.set_level(level);
      },
      /*with_hangup=*/true);
  const LeaderOptions election = election_of(given, *settings, access->namespace_);
  if (!given.has("--once")) {
    DaemonOptions daemon = daemon_of(given, *settings);
    for (const std::string& field : settings->unused)
      options.say(true, "`" + field + "` of the configuration changes nothing here");
    daemon.lease_surroundings = surroundings_of(given);
    return run_daemon(client, std::move(options), election, daemon, interrupted);
  }
  OnceOptions once;
  once.namespace_ = given.get("--namespace", access->namespace_);
  once.files = given.operands();
  once.is_bound = given.has("--namespace");
  once.from_cluster = given.get("--from-cluster");
  once.wait = given.has("--wait");
  once.dry_run = given.has("--dry-run");
  if (options.namespace_.empty() && once.files.empty()) options.namespace_ = once.namespace_;
  const Result<kube::Duration> timeout = timeout_of(given, std::chrono::minutes(5));
  if (!timeout) return timeout.error();
  once.timeout = *timeout;
  return run_once(client, std::move(options), once, election, !given.has("--no-leader-election"), interrupted);
}

}  // namespace

int run_reconcile(const cli::Options& options) {
  const bool once = options.has("--once");
  if (!once && !options.operands().empty()) return fail({"`reconcile` takes files with --once only", Error::kUsage});
  if (once && options.operands().empty() == options.get("--from-cluster").empty())
    return fail({"`reconcile --once` takes files, or --from-cluster NAME", Error::kUsage});
  if (once && options.has("--take-over")) return fail({"--take-over is for the daemon", Error::kUsage});
  if (options.has("--take-over") && options.has("--no-leader-election"))
    return fail({"--take-over takes the other's Lease; --no-leader-election takes none", Error::kUsage});
  const std::string_view format = options.get("--log-format", "text");
  if (format != "text" && format != "json") return fail({"--log-format is `text` or `json`", Error::kUsage});
  const Result<int> code = run(options);
  return code ? *code : fail(code.error());
}

}  // namespace grovec::live
