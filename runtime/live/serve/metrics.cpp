#include "runtime/live/serve/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace grovec::live {

namespace {

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", v);
  return text;
}

double seconds(kube::Duration d) { return std::chrono::duration<double>(d).count(); }

// The text format: each metric once, with its help and type before its samples.
class Exposition {
 public:
  void head(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "grovec_" + std::string(name);
    out_.append("# HELP ").append(name_).append(" ").append(help).append("\n");
    out_.append("# TYPE ").append(name_).append(" ").append(type).append("\n");
  }
  // Labels as they are printed; none of ours needs escapes.
  void sample(const std::string& labels, double value, std::string_view suffix = {}) {
    out_.append(name_).append(suffix);
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(" ").append(number(value)).append("\n");
  }
  void one(std::string_view name, std::string_view type, std::string_view help, double value) {
    head(name, type, help);
    sample({}, value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string name_, out_;
};

std::string label(std::string_view key, std::string_view value) {
  return std::string(key) + "=\"" + std::string(value) + "\"";
}

void add_process(Exposition& out) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  out.one("process_cpu_seconds_total", "counter", "User and system time of the process.",
          of(used.ru_utime) + of(used.ru_stime));
  long pages = 0, resident = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(f, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(f);
  }
  out.one("process_resident_memory_bytes", "gauge", "Resident memory.",
          static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

void add_client(Exposition& out, const kube::Client& client) {
  out.one("requests_in_flight", "gauge", "Requests that are sent and not answered.",
          static_cast<double>(client.in_flight()));
  out.one("requests_waiting", "gauge", "Requests that are not sent yet.", static_cast<double>(client.waiting()));
  out.one("requests_refused_total", "counter", "Answers with status 429.", static_cast<double>(client.refusals()));
  out.one("requests_in_flight_limit", "gauge", "How many may be under way; halved when the server says 429.",
          static_cast<double>(client.in_flight_limit()));
}

void add_watches(Exposition& out, const Operator& op) {
  const std::vector<Operator::WatchRow> rows = op.watches();
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    out.head(name, type, help);
    for (const Operator::WatchRow& row : rows) out.sample(label("resource", row.kind), static_cast<double>(value(row)));
  };
  each("cache_objects", "gauge", "Objects that are known.", [](const auto& r) { return r.objects; });
  each("watch_events_total", "counter", "Events of watches.", [](const auto& r) { return r.health.events; });
  each("watch_bytes_total", "counter", "Bytes of lists and watches.", [](const auto& r) { return r.health.bytes; });
  each("watch_lists_total", "counter", "Lists that were begun.", [](const auto& r) { return r.health.lists; });
  each("watch_connections_total", "counter", "Connections of watches.",
       [](const auto& r) { return r.health.connections; });
  each("watch_failures_in_row", "gauge", "Failures since the watch last worked.",
       [](const auto& r) { return r.health.failures_in_row; });
  std::uint64_t newest = 0;
  const auto version = [](const Operator::WatchRow& r) {
    return static_cast<std::uint64_t>(std::strtoull(r.health.resource_version.c_str(), nullptr, 10));
  };
  for (const Operator::WatchRow& row : rows) newest = std::max(newest, version(row));
  each("watch_version_lag", "gauge",
       "Versions behind the newest that any watch has seen; at rest a watch only hears bookmarks.",
       [&](const auto& r) { return newest - version(r); });
  each("watch_last_byte_age_seconds", "gauge", "Since anything came.",
       [](const auto& r) { return seconds(r.health.since_last_byte); });
}

void add_sets(Exposition& out, const Operator& op) {
  const Shared& s = op.shared();
  out.one("sets", "gauge", "PodCliqueSets that are looked after.", static_cast<double>(op.tenants()));
  out.one("sets_in_flight", "gauge", "Sets with a decision on its way.", static_cast<double>(op.flying()));
  out.one("sets_waiting_for_own_writes", "gauge", "Sets whose own writes have not been seen yet.",
          static_cast<double>(op.gated()));
  const auto [depth, oldest] = op.queue();
  out.one("queue_depth", "gauge", "Sets that wait for a look.", static_cast<double>(depth));
  out.one("queue_oldest_seconds", "gauge", "How long the first of them has waited.", seconds(oldest));
  out.one("queue_seconds_total", "counter", "Time from the first wake-up of a set to its look.", seconds(s.queueing));
  out.one("gate_seconds_total", "counter", "Of that, time until our own writes were seen.", seconds(s.gating));
  const auto [ready, took] = op.pods_ready();
  out.head("pod_ready_seconds", "summary", "From the creation of a pod until it was Ready, in whole seconds.");
  out.sample({}, static_cast<double>(took), "_sum");
  out.sample({}, static_cast<double>(ready), "_count");
  out.one("looks_total", "counter", "Decisions.", static_cast<double>(s.looks));
  out.one("looks_put_off_total", "counter", "Looks that waited for a cache as new as our own writes.",
          static_cast<double>(s.looks_put_off));
  out.one("replicas_seen_total", "counter", "Set replicas of those looks.", static_cast<double>(s.parts_seen));
  out.one("replicas_decided_total", "counter", "Set replicas that were decided on, since something changed in them.",
          static_cast<double>(s.parts_decided));
  out.head("stage_seconds_total", "counter", "Time by stage of a look.");
  out.sample(label("stage", "view"), seconds(s.viewing));
  out.sample(label("stage", "compile"), seconds(s.compiling));
  out.sample(label("stage", "decide"), seconds(s.deciding));
  out.head("writes_total", "counter", "Write requests that were answered; code 0: no answer.");
  for (const auto& [key, count] : s.answers)
    out.sample(label("verb", decide::name_of(key.verb)) + "," + label("resource", ir::info_of(key.kind).plural) + "," +
                   label("code", std::to_string(key.code)),
               static_cast<double>(count));
  out.head("writes_by_reason_total", "counter",
           "Write requests that succeeded, by reason; gang-terminated: recycles; update-…: rolling updates.");
  for (const auto& [reason, count] : s.reasons)
    out.sample(label("reason", decide::name_of(reason)), static_cast<double>(count));
  out.one("failed_writes_total", "counter", "Writes that failed, or that the server did not keep.",
          static_cast<double>(s.failed_writes));
}

Page readiness(const Operator* op) {
  if (!op) return {200, "waiting for its turn\n"};
  std::string stale;
  for (const std::string& kind : op->stale_watches()) stale += "not up to date: " + kind + "\n";
  return stale.empty() ? Page{200, "ok\n"} : Page{503, stale};
}

}  // namespace

Page page_of(std::string_view path, const kube::Client& client, const Operator* op) {
  if (path == "/healthz") return {200, "ok\n"};
  if (path == "/readyz") return readiness(op);
  if (path != "/metrics") return {404, "there is /healthz, /readyz and /metrics\n"};
  Exposition out;
  out.one("leads", "gauge", "Whether it is this operator's turn.", op ? 1 : 0);
  add_process(out);
  add_client(out, client);
  if (op) {
    add_watches(out, *op);
    add_sets(out, *op);
  }
  return {200, out.take()};
}

}  // namespace grovec::live
