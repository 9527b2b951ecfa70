// status: the live tree once, again and again, or until something holds.
#include "runtime/live/commands/status.h"

#include <unistd.h>

#include "runtime/live/commands/cluster.h"
#include "runtime/live/commands/console.h"
#include "runtime/live/commands/gather.h"
#include "runtime/live/commands/watched.h"
#include "runtime/status/render.h"

namespace grovec::live {

using namespace std::chrono_literals;
using cli::Options;

namespace {

// Some reasons change with the time alone: a Lease that runs out, a delay that ends.
constexpr kube::Duration kBetweenLooks = 5s;

enum class WaitFor : std::uint8_t { kNothing, kHealthy, kAvailable, kUpdated };

bool has_arrived(const status::SetReport& set, WaitFor wait) {
  const bool is_available = set.available >= set.replicas && set.state != "terminating";
  const bool is_updated = is_available && !(set.update && set.update->is_open) && set.updated >= set.replicas;
  const bool is_seen = set.reasons.empty() || set.reasons.front().cause != status::Cause::kOperator;
  switch (wait) {
    case WaitFor::kNothing:
      return true;
    case WaitFor::kHealthy:
      return set.is_healthy();
    case WaitFor::kAvailable:
      return is_available && is_seen;
    case WaitFor::kUpdated:
      return is_updated && is_seen;
  }
  return true;
}

bool has_arrived(const status::Report& report, WaitFor wait) {
  for (const status::SetReport& set : report.sets)
    if (!has_arrived(set, wait)) return false;
  return true;
}

struct Look {
  status::Report report;
  std::vector<std::string> denied;
};

/// Looks until `wait` holds, and shows each look that differs from the one before.
class Watcher {
 public:
  Watcher(Cluster& cluster, GatherOptions what, const Options& options) : c_(cluster), what_(std::move(what)) {
    format_ = options.get("--output", "text");
    text_.all = options.has("--all");
    text_.color = use_color(STDOUT_FILENO);
  }

  int run(WaitFor wait, kube::Duration timeout, bool shows_steps) {
    if (wait == WaitFor::kNothing) {
      Result<std::unique_ptr<Gathered>> gathered = gather(*c_.client, what_);
      if (!gathered) return fail(gathered.error());
      Result<Look> look = this->look(std::move(*gathered));
      return look ? finish(*look, wait, true) : fail(look.error());
    }
    c_.watch_signals();
    const kube::Instant end = c_.loop->now() + timeout;
    Watched watched(c_, what_);
    for (bool is_first = true;; is_first = false) {
      const kube::Duration left(std::max(kube::Duration(0), kube::Duration(end - c_.loop->now())));
      const Result<bool> knows = watched.wait(is_first ? left : std::min(kBetweenLooks, left));
      if (c_.is_interrupted) return interrupted();
      if (!knows) return fail(knows.error());
      const bool is_late = c_.loop->now() >= end;
      if (!*knows && is_late) return fail(kCannotRead, "the time is over, and the cluster has not been read yet");
      if (!*knows) continue;
      Result<Look> look = this->look(watched.look());
      if (!look) return fail(look.error());
      const bool done = has_arrived(look->report, wait);
      if (done || is_late) return finish(*look, wait, done);
      if (shows_steps) step(look->report);
    }
  }

 private:
  int interrupted() const {
    std::string command = what_.names.size() == 1 ? "grovec rollout status " + what_.names[0] : "grovec status --watch";
    for (std::size_t i = 0; what_.names.size() > 1 && i < what_.names.size(); ++i) command += " " + what_.names[i];
    command += what_.namespace_.empty() ? " -A" : " -n " + what_.namespace_;
    return fail(kCannotRead,
                "interrupted; nothing is undone, and what goes on in the cluster goes on: `" + command + "` waits on");
  }

  Result<Look> look(std::unique_ptr<Gathered> gathered) {
    status::ReportOptions request;
    request.names = what_.names;
    request.namespace_ = what_.namespace_;
    request.selector = what_.selector;
    const auto wall = c_.surroundings.wall_time().time_since_epoch();
    request.now = decide::Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
    Result<status::Report> report = status::report_of(gathered->world, request);
    if (!report) return report.error();
    // Leftovers of sets that are gone are no sets to wait for.
    return Look{std::move(*report), std::move(gathered->denied)};
  }

  // On a terminal the tree is drawn anew; elsewhere a line for each change.
  void step(const status::Report& report) {
    std::string text;
    if (is_terminal(STDOUT_FILENO)) {
      text = "\x1b[H\x1b[J" + status::report_text(report, text_);
    } else {
      for (const status::SetReport& set : report.sets) {
        text += status::headline(set);
        if (!set.why.empty())
          text += "; " + status::objects_text(set.why.front()) + ": " + set.why.front().reason.sentence;
        text += "\n";
      }
    }
    if (text != last_) print(STDOUT_FILENO, text);
    last_ = text;
  }

  int finish(const Look& look, WaitFor wait, bool done) {
    if (look.report.sets.empty()) return fail(kFound, "there is no PodCliqueSet" + place());
    for (const std::string& d : look.denied) warn("not listed: " + d);
    if (format_ == "json") {
      std::string buffer;
      driver::JsonStream json(buffer);
      status::write_json(look.report, json);
      print(STDOUT_FILENO, buffer + "\n");
    } else if (format_ == "markdown") {
      print(STDOUT_FILENO, status::report_markdown(look.report));
    } else {
      if (wait != WaitFor::kNothing && is_terminal(STDOUT_FILENO)) print(STDOUT_FILENO, "\x1b[H\x1b[J");
      print(STDOUT_FILENO, status::report_text(look.report, text_));
    }
    if (wait == WaitFor::kNothing) return look.report.is_healthy() ? kClean : kFound;
    return done ? kClean : fail(kFound, "gave up waiting: the time is over");
  }

  std::string place() const { return what_.namespace_.empty() ? "" : " in namespace `" + what_.namespace_ + "`"; }

  Cluster& c_;
  GatherOptions what_;
  std::string format_, last_;
  status::TextOptions text_;
};

}  // namespace

int run_status(const Options& options) {
  set_habits(options);
  if (options.has("--namespace") && options.has("--all-namespaces"))
    return fail(kUsage, "`-n` and `-A` exclude each other");
  Result<kube::Duration> timeout = timeout_of(options, 10min);
  if (!timeout) return fail(timeout.error());
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  GatherOptions what;
  what.names = options.operands();
  what.namespace_ = options.has("--all-namespaces") ? std::string() : (*cluster)->namespace_;
  what.selector = options.get("--selector");
  const std::string_view wait_for = options.get("--wait-for");
  const WaitFor wait = wait_for == "available"  ? WaitFor::kAvailable
                       : wait_for == "updated"  ? WaitFor::kUpdated
                       : options.has("--watch") ? WaitFor::kHealthy
                                                : WaitFor::kNothing;
  return Watcher(**cluster, std::move(what), options).run(wait, *timeout, options.has("--watch"));
}

int wait_for_sets(Cluster& cluster, const Options& options, const std::string& space,
                  const std::vector<std::string>& names, kube::Duration timeout) {
  GatherOptions what;
  what.names = names;
  what.namespace_ = space;
  return Watcher(cluster, std::move(what), options).run(WaitFor::kUpdated, timeout, true);
}

int run_rollout(const Options& options) {
  set_habits(options);
  std::vector<std::string> words = options.operands();
  if (words.size() != 2 || words[0] != "status") return fail(kUsage, "write `grovec rollout status NAME`");
  Result<kube::Duration> timeout = timeout_of(options, 10min);
  if (!timeout) return fail(timeout.error());
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  GatherOptions what;
  what.names = {words[1]};
  what.namespace_ = (*cluster)->namespace_;
  return Watcher(**cluster, std::move(what), options).run(WaitFor::kUpdated, *timeout, true);
}

}  // namespace grovec::live
