// scale and delete: say what it does, do it, and for delete wait until it is done.
#include "runtime/live/commands/scale.h"

#include <unistd.h>

#include <charconv>

#include "ir/labels.h"
#include "runtime/apply/requests.h"
#include "runtime/live/commands/console.h"
#include "runtime/live/commands/gather.h"
#include "runtime/live/commands/look.h"
#include "runtime/live/commands/objects.h"
#include "runtime/status/report.h"
#include "runtime/terminal/table.h"

namespace grovec::live {

using namespace std::chrono_literals;
using cli::Options;

namespace {

constexpr kube::Duration kBetweenLooks = 500ms;
constexpr std::int32_t kMostReplicas = 100'000;

struct Target {
  std::string_view word, plural, kind;
};
constexpr Target kTargets[] = {{"set", "podcliquesets", "PodCliqueSet"},
                               {"group", "podcliquescalinggroups", "PodCliqueScalingGroup"},
                               {"clique", "podcliques", "PodClique"}};

const Target* target_of(std::string_view word) {
  for (const Target& t : kTargets)
    if (t.word == word) return &t;
  return nullptr;
}

// `replica 2`, `replicas [2-4]`.
std::string replicas_text(std::int32_t first, std::int32_t count) {
  return (count == 1 ? "replica " : "replicas ") +
         cli::index_range(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(count));
}

std::string pods_text(std::int64_t n) { return cli::counted(static_cast<std::uint64_t>(n), "pod"); }

/// What changes when a count changes, in words.
class Consequences {
 public:
  Consequences(const Target& target, const Tree& object, const status::SetReport* set)
      : target_(target), o_(object), set_(set) {}

  std::string text(std::int32_t from, std::int32_t to) const {
    if (from == to) return "has " + std::to_string(to) + " replicas already";
    return to < from ? removed(from, to) : added(from, to);
  }

 private:
  std::string removed(std::int32_t from, std::int32_t to) const {
    std::string out = target_.word == "clique"
                          ? cli::counted(static_cast<std::uint64_t>(from - to), "pod") + " will be removed"
                          : std::string(target_.word) + " " + replicas_text(to, from - to) + " will be removed";
    std::int64_t pods = 0;
    if (set_ && target_.word != "clique") {
      for (const status::Row& r : set_->rows) pods += pods_from(r, to);
      out += ", with " + pods_text(pods);
    }
    if (to < minimum()) out += "; that is below the minimum of " + std::to_string(minimum());
    return out;
  }

  // Pods of what goes: set replicas, or replicas of the group, at and above `to`.
  std::int64_t pods_from(const status::Row& row, std::int32_t to) const {
    if (target_.word == "set") return index_of(row) >= to ? row.counts.pods : 0;
    std::int64_t pods = 0;
    for (const status::Row& group : row.children) {
      if (group.kind != status::RowKind::kGroup || group.name != name()) continue;
      for (std::size_t j = 0; j < group.children.size(); ++j)
        if (static_cast<std::int32_t>(j) >= to) pods += group.children[j].counts.pods;
    }
    return pods;
  }

  std::int32_t index_of(const status::Row& row) const { return static_cast<std::int32_t>(&row - set_->rows.data()); }

  std::string added(std::int32_t from, std::int32_t to) const {
    const std::uint64_t n = static_cast<std::uint64_t>(to - from);
    if (target_.word == "clique") return cli::counted(n, "pod") + " will be added to its gang";
    std::string out = std::string(target_.word) + " " + replicas_text(from, to - from) + " will be added";
    if (target_.word == "group") {
      const std::int32_t first = std::max(from, minimum());
      if (to > first)
        out += "; " + replicas_text(first, to - first) +
               (to - first == 1 ? " is a scaled gang: its" : " are scaled gangs: their") +
               " pods stay gated until the minimum of the base gang is scheduled";
    } else {
      out += "; each is a base gang of its own";
    }
    return out;
  }

  std::int32_t minimum() const {
    return static_cast<std::int32_t>(o_.root["spec"]["minAvailable"].as_int(target_.word == "group" ? 1 : 0));
  }
  std::string name() const { return std::string(o_.root["metadata"]["name"].as_string()); }

  const Target& target_;
  const Tree& o_;
  const status::SetReport* set_;
};

Result<status::Report> report_of_set(Cluster& cluster, const std::string& set) {
  GatherOptions what;
  what.names = {set};
  what.namespace_ = cluster.namespace_;
  Result<std::unique_ptr<Gathered>> gathered = gather(*cluster.client, what);
  if (!gathered) return gathered.error();
  status::ReportOptions request;
  request.namespace_ = cluster.namespace_;
  const auto wall = cluster.surroundings.wall_time().time_since_epoch();
  request.now = decide::Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
  return status::report_of((*gathered)->world, request);
}

// An autoscaler has the name of what it scales.
void warn_of_autoscaler(Cluster& cluster, const std::string& name) {
  Result<Tree> scaler = get_object(
      *cluster.client, kube::path_of("autoscaling", "v2", "horizontalpodautoscalers", cluster.namespace_, name), name);
  if (scaler) warn("HorizontalPodAutoscaler `" + name + "` scales it, too, and may change it back");
}

int send_scale(Cluster& cluster, const Target& target, const std::string& name, std::int32_t n, bool dry_run) {
  const std::string path = kube::path_of(kGroveGroup, kGroveVersion, target.plural, cluster.namespace_, name);
  kube::Answer answer = cluster.client->call(apply::scale_request(path, n, {.dry_run = dry_run}));
  for (const std::string& w : answer.warnings) warn(w);
  if (answer.error) return fail(*answer.error);
  print(STDOUT_FILENO, std::string(target.kind) + " " + cluster.namespace_ + "/" + name + " scaled to " +
                           std::to_string(n) + (dry_run ? " (dry run: nothing was changed)" : "") + "\n");
  return kClean;
}

/// Deletes one set and waits for what belongs to it.
class Deletion {
 public:
  Deletion(Cluster& cluster, std::string name) : c_(cluster), name_(std::move(name)) {}

  int run(const Options& options, kube::Duration timeout) {
    Result<Tree> set = get_object(*c_.client, path(), "PodCliqueSet `" + name_ + "`");
    if (!set) return fail(set.error());
    Result<status::Report> report = report_of_set(c_, name_);
    if (!report) return fail(report.error());
    tell(what_goes(*report));
    if (set->root["metadata"].find("deletionTimestamp")) {
      print(STDOUT_FILENO, "PodCliqueSet " + c_.namespace_ + "/" + name_ + " is marked for deletion already\n");
      return options.has("--no-wait") ? kClean : wait(timeout);
    }
    if (!options.has("--yes")) {
      if (!is_terminal(STDIN_FILENO))
        return fail(kUsage, "nothing is deleted without `--yes`, where nobody can be asked");
      if (!ask("Delete PodCliqueSet `" + c_.namespace_ + "/" + name_ + "`?"))
        return fail(kFound, "nothing was deleted");
    }
    if (int code = send(set->root["metadata"]["uid"].as_string())) return code;
    return options.has("--no-wait") ? kClean : wait(timeout);
  }

 private:
  std::string path() const { return kube::path_of(kGroveGroup, kGroveVersion, "podcliquesets", c_.namespace_, name_); }

  std::string what_goes(const status::Report& report) const {
    std::string out = "PodCliqueSet `" + name_ + "` goes";
    if (report.sets.empty()) return out;
    const status::SetReport& s = report.sets.front();
    return out + ", with " + cli::counted(static_cast<std::uint64_t>(s.replicas), "replica") + ", " +
           cli::counted(s.gangs.size(), "PodGang") + " and " + pods_text(s.counts.pods);
  }

  int send(std::string_view uid) {
    kube::Answer answer = c_.client->call(apply::delete_request(path(), uid));
    if (answer.error && answer.status != 404) return fail(*answer.error);
    print(STDOUT_FILENO, "PodCliqueSet " + c_.namespace_ + "/" + name_ + " marked for deletion\n");
    return 0;
  }

  int wait(kube::Duration timeout) {
    const kube::Instant end = c_.loop->now() + timeout;
    std::string last;
    c_.watch_signals();
    for (;;) {
      Result<status::Report> report = report_of_set(c_, name_);
      if (c_.is_interrupted)
        return fail(kCannotRead, "interrupted; the deletion goes on: `grovec status " + name_ + " -n " + c_.namespace_ +
                                     "` shows what is left");
      if (!report) return fail(report.error());
      std::string line;
      if (report->sets.empty()) {
        Result<std::size_t> left = count_left(c_, c_.namespace_, name_);
        if (!left) return fail(left.error());
        if (*left == 0) {
          print(STDOUT_FILENO, "PodCliqueSet " + c_.namespace_ + "/" + name_ + " deleted\n");
          return kClean;
        }
        line = cli::counted(*left, "object") + " left to the garbage collector";
      } else {
        const status::SetReport& s = report->sets.front();
        line = pods_text(s.counts.pods) + " left";
        if (!s.why.empty()) line += "; " + s.why.front().objects.front() + ": " + s.why.front().reason.sentence;
      }
      if (line != last) tell(line);
      last = line;
      if (c_.loop->now() >= end)
        return fail(kFound, "gave up waiting; the deletion goes on: `grovec status " + name_ + "` shows what holds it");
      c_.pause(std::min(kBetweenLooks, kube::Duration(end - c_.loop->now())));
    }
  }

  Cluster& c_;
  std::string name_;
};

}  // namespace

int run_scale(const Options& options) {
  set_habits(options);
  const std::vector<std::string>& words = options.operands();
  if (words.size() != 3) return fail(kUsage, "write `grovec scale set|group|clique NAME N`");
  const Target* target = target_of(words[0]);
  if (!target) return fail(kUsage, "`" + words[0] + "` cannot be scaled; write set, group or clique");
  std::int32_t n = -1;
  auto [end, error] = std::from_chars(words[2].data(), words[2].data() + words[2].size(), n);
  if (error != std::errc() || end != words[2].data() + words[2].size() || n < 0 || n > kMostReplicas)
    return fail(kUsage, "`" + words[2] + "` is no number of replicas from 0 to " + std::to_string(kMostReplicas));
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  Result<Tree> object = get_object(
      *(*cluster)->client, kube::path_of(kGroveGroup, kGroveVersion, target->plural, (*cluster)->namespace_, words[1]),
      std::string(target->kind) + " `" + words[1] + "`");
  if (!object) return fail(object.error());
  const std::int32_t from = static_cast<std::int32_t>(object->root["spec"]["replicas"].as_int(1));
  const std::string set(target->word == "set" ? words[1]
                                              : object->root["metadata"]["labels"][ir::keys::kPartOf].as_string());
  Result<status::Report> report = report_of_set(**cluster, set);
  const status::SetReport* seen = report && !report->sets.empty() ? &report->sets.front() : nullptr;
  tell(words[1] + ": " + Consequences(*target, *object, seen).text(from, n));
  if (n == from) return kClean;
  if (target->word != "set") warn_of_autoscaler(**cluster, words[1]);
  return send_scale(**cluster, *target, words[1], n, options.has("--dry-run"));
}

int run_delete(const Options& options) {
  set_habits(options);
  if (options.operands().size() != 1) return fail(kUsage, "write `grovec delete NAME`");
  Result<kube::Duration> timeout = timeout_of(options, 10min);
  if (!timeout) return fail(timeout.error());
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  return Deletion(**cluster, options.operands().front()).run(options, *timeout);
}

}  // namespace grovec::live
