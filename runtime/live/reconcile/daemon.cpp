#include "runtime/live/reconcile/daemon.h"

#include <unistd.h>

#include "runtime/live/commands/console.h"
#include "runtime/live/reconcile/lease_thread.h"
#include "runtime/live/reconcile/neighbours.h"
#include "runtime/live/serve/metrics.h"
#include "runtime/live/serve/server.h"

namespace grovec::live {

using namespace std::chrono_literals;

namespace {

constexpr char kMetricsAddress[] = "127.0.0.1:9448";

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

// Beside nobody: where to take the Lease.
Result<Done> look_around(kube::Client& client, const DaemonOptions& daemon, const Log& say, LeaderOptions& election) {
  const Result<Neighbours> neighbours = read_neighbours(client, election.name);
  if (!neighbours) return neighbours.error();
  const Verdict verdict = judge(*neighbours, {election.scope, election.namespace_, daemon.takes_over});
  if (!verdict.refusal.empty()) return Error{verdict.refusal, Error::kConflict};
  election.namespace_ = verdict.lease_namespace;
  if (!verdict.note.empty()) say(true, verdict.note);
  if (!verdict.waits_for.empty())
    say(true, "waiting for the operator `" + verdict.waits_for + "` to give up its Lease");
  return Done{};
}

// What it does while it is its turn.
void work(Operator& op, kube::Loop& loop, const Log& say, const std::function<bool()>& is_over) {
  bool said = false;
  loop.run_until([&] {
    if (!said && op.has_listed()) {
      said = true;
      say(false, "watching; " + std::to_string(op.tenants()) + " sets");
    }
    return is_over();
  });
  loop.run_until([&] { return op.wind_down(); }, 10s);
}

}  // namespace

int run_daemon(kube::Client& client, OperatorOptions options, LeaderOptions election, const DaemonOptions& daemon,
               const bool& interrupted) {
  kube::Loop& loop = client.loop();
  const Operator* leading = nullptr;
  const auto page = [&](std::string_view path) { return page_of(path, client, leading); };
  Server server(loop, page), probes(loop, page);
  if (auto served = serve(server, daemon.metrics_address, options.say); !served) return fail(served.error());
  if (!daemon.health_address.empty() && daemon.health_address != daemon.metrics_address)
    if (auto served = serve(probes, daemon.health_address, options.say); !served) return fail(served.error());

  std::unique_ptr<LeaseThread> lease;
  if (daemon.is_elected) {
    if (auto alone = look_around(client, daemon, options.say, election); !alone) return fail(alone.error());
    lease = std::make_unique<LeaseThread>(client.access(), daemon.lease_surroundings, election,
                                          [&loop] { loop.post([] {}); });
    loop.run_until([&] { return interrupted || lease->leads(); });
    if (interrupted) _exit(0);
  }
  const auto leads = [&] { return !lease || lease->leads(); };
  client.set_permission(leads);
  Operator op(client, options);
  op.set_permission(leads);
  if (auto started = op.start(); !started) {
    if (lease) lease->give_up();
    return fail(started.error());
  }
  leading = &op;
  work(op, loop, options.say, [&] { return interrupted || (lease && lease->has_lost()); });
  if (lease && lease->has_lost()) {
    options.say(true, "the Lease is lost: somebody else has it, or it could not be renewed in time");
    _exit(3);
  }
  if (lease) lease->give_up();
  options.say(false, "stopped");
  // Nothing of what is left needs an orderly end, and the next operator waits.
  _exit(0);
}

}  // namespace grovec::live
