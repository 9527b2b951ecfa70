#include "runtime/live/reconcile/command.h"

#include <unistd.h>

#include <algorithm>

#include "runtime/live/commands/cluster.h"
#include "runtime/live/connect.h"
#include "runtime/live/reconcile/leader.h"
#include "runtime/live/reconcile/once.h"
#include "runtime/live/reconcile/trial.h"
#include "runtime/live/serve/metrics.h"
#include "runtime/live/signals.h"

namespace grovec::live {

using namespace std::chrono_literals;

namespace {

constexpr char kMetricsAddress[] = "127.0.0.1:9448";

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

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

int run_once(kube::Client& client, OperatorOptions options, const OnceOptions& once, const LeaderOptions& election,
             const bool& interrupted) {
  Leader leader(client, election);
  if (const std::string other = leader.somebody_else(); !other.empty() && !once.dry_run)
    return fail({"the operator `" + other + "` is running here: it does this by itself", Error::kConflict});
  if (leader.is_blind())
    options.say(true, "Leases may not be listed: whether an operator is running here is not known");
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

// Where nothing is said, a port that is taken (by another operator on this machine) is no reason not to work.
Result<Done> serve(Server& server, const std::string& address, const Log& say) {
  if (address == "off") return Done{};
  const Result<std::string> bound = server.listen(address.empty() ? kMetricsAddress : address);
  if (bound)
    say(false, "serving /metrics, /healthz and /readyz on http://" + *bound);
  else if (!address.empty())
    return bound.error();
  else
    say(true, bound.error().message + "; no metrics");
  return Done{};
}

int run_daemon(kube::Client& client, OperatorOptions options, const LeaderOptions& election,
               const std::string& metrics_address, const bool& interrupted) {
  const Operator* leading = nullptr;
  Server server(client.loop(), [&](std::string_view path) { return page_of(path, client, leading); });
  if (auto served = serve(server, metrics_address, options.say); !served) return fail(served.error());
  Leader leader(client, election);
  if (const std::string other = leader.somebody_else(); !other.empty())
    options.say(true, "waiting for the operator `" + other + "` to give up its Lease");
  leader.start();
  client.loop().run_until([&] { return interrupted || leader.leads(); });
  if (interrupted) _exit(0);
  Operator op(client, options);
  op.set_permission([&] { return leader.leads(); });
  if (auto started = op.start(); !started) return fail(started.error());
  leading = &op;
  bool said = false;
  client.loop().run_until([&] {
    if (!said && op.has_listed()) {
      said = true;
      options.say(false, "watching; " + std::to_string(op.tenants()) + " sets");
    }
    return interrupted || leader.has_lost();
  });
  client.loop().run_until([&] { return op.wind_down(); }, 10s);
  if (leader.has_lost()) {
    options.say(true, "another operator holds the Lease now");
    _exit(3);
  }
  leader.give_up();
  options.say(false, "stopped");
  // Nothing of what is left needs an orderly end, and the next operator waits.
  _exit(0);
}

Result<int> run(const cli::Options& given) {
  const kube::Surroundings surroundings = surroundings_of(given);
  const Result<kube::Access> access = kube::load_access(access_options(given), surroundings);
  if (!access) return access.error();
  OnceOptions once;
  once.namespace_ = given.get("--namespace", access->namespace_);
  kube::Loop loop(surroundings);
  kube::Client client(loop, *access);
  bool interrupted = false;
  const Signals signals(loop, [&] { interrupted = true; });

  OperatorOptions options;
  options.namespace_ = given.get("--namespace");
  options.compiler.operator_config = given.get("--operator-config");
  options.compiler.init_image = given.get("--initc-image", ir::kDefaultInitImage);
  const bool quiet = given.has("--quiet");
  const bool is_json = given.get("--log-format") == "json";
  options.say = Log(
      is_json ? Log::Format::kJson : Log::Format::kText,
      [&loop] {
        const auto wall = loop.surroundings().wall_time().time_since_epoch();
        return decide::Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
      },
      [quiet, is_json](bool is_warning, const std::string& line) {
        if (is_warning)
          print(STDERR_FILENO, (is_json ? "" : "grovec: ") + line + "\n");
        else if (!quiet)
          print(STDOUT_FILENO, line + "\n");
      });
  LeaderOptions election;
  election.namespace_ = given.get("--namespace", access->namespace_);
  election.is_needed = !given.has("--no-leader-election");
  if (!given.has("--once"))
    return run_daemon(client, std::move(options), election, std::string(given.get("--metrics-address")), interrupted);
  once.files = given.operands();
  once.is_bound = given.has("--namespace");
  once.from_cluster = given.get("--from-cluster");
  once.wait = given.has("--wait");
  once.dry_run = given.has("--dry-run");
  if (options.namespace_.empty() && once.files.empty()) options.namespace_ = once.namespace_;
  const Result<kube::Duration> timeout = timeout_of(given, 5min);
  if (!timeout) return timeout.error();
  once.timeout = *timeout;
  return run_once(client, std::move(options), once, election, interrupted);
}

}  // namespace

int run_reconcile(const cli::Options& options) {
  const bool once = options.has("--once");
  if (!once && !options.operands().empty()) return fail({"`reconcile` takes files with --once only", Error::kUsage});
  if (once && options.operands().empty() == options.get("--from-cluster").empty())
    return fail({"`reconcile --once` takes files, or --from-cluster NAME", Error::kUsage});
  const std::string_view format = options.get("--log-format", "text");
  if (format != "text" && format != "json") return fail({"--log-format is `text` or `json`", Error::kUsage});
  const Result<int> code = run(options);
  return code ? *code : fail(code.error());
}

}  // namespace grovec::live
