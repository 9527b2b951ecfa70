// A program for tests: the client of runtime/kube by itself, so that a test can put a proxy or a dying server in its
// way and read what it saw. Every line of standard output is one JSON object with a member `is`; `ms` is the time since
// the start. Warnings and, with -v or -vv, the log go to standard error.
//
//   kube_probe [OPTIONS] get PATH [QUERY]            one GET; QUERY is `limit=1&labelSelector=a%3Db`, percent-encoded
//   kube_probe [OPTIONS] write METHOD PATH [TYPE]    one request with standard input as its body; METHOD is post, put,
//   patch or
//                                                    delete, TYPE one of json (default), merge, apply (server-side
//                                                    apply, sent as YAML) and json-patch; --idempotent: may be repeated
//   kube_probe [OPTIONS] write-many N PATH           N POSTs at once of standard input, `@N@` replaced by 0 … N-1
//   kube_probe [OPTIONS] list PATH                   one list, by pages
//   kube_probe [OPTIONS] watch PATH                  a list and then every change, until the time is over, a signal, or
//                                                    the end of standard input with --until-eof
//   kube_probe [OPTIONS] discover                    what the server has
//
//   --kubeconfig FILE  --context NAME  --server URL  --insecure-skip-tls-verify    as in the product
//   --deadline MS      of each request (30000)       --for MS   how long `watch` lasts (for ever)
//   --idle MS          silence after which a watch connects anew (90000)
//   --page N           (500; 0: all in one)          --pages    no streaming list
//   --metadata       objects without spec and status
//   --selector L  --field-selector F                 --qps N  --burst N  --in-flight N
//   --patience MS      `watch` reads lines `floor VERSION` from standard input: writes of our own that it has to see;
//   after this
//                      time without them it probes (5000)
//   -v, -vv
//
// Lines:
//   {"is":"answer","status":200,"attempts":1,"error":"…","kind":"retry","outcome_unknown":false,"warnings":[…],"bytes":17,
//    "reason":"…","uid":"…","version":"…","name":"…"}      `error` and `kind` only if it failed; `body` with --body
//   {"is":"list-begin"} {"is":"list-end","version":"…"}
//   {"is":"added"|"changed"|"deleted","key":"ns/name","uid":"…","version":"…"}
//   {"is":"bookmark","version":"…"} {"is":"broken","error":"…","kind":"…","again_in_ms":800} {"is":"floor-reached"}
//   {"is":"end","objects":3,"lists":1,"connections":1,"events":7,"bytes":12345,"peak_kib":9000}
// Kinds: content usage io retry conflict gone denied. Exit code: 0, or 3 if the (last) answer was an error, 2 usage.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "runtime/kube/cache.h"
#include "runtime/kube/client.h"
#include "runtime/kube/discovery.h"
#include "runtime/kube/json_text.h"
#include "runtime/kube/watch.h"

using namespace grovec;
using namespace grovec::kube;

namespace {

struct Arguments {
  AccessOptions access;
  ClientOptions client;
  WatchSpec watch;
  Duration deadline = std::chrono::seconds(30), last_for = Duration::max(), patience = std::chrono::seconds(5);
  bool is_idempotent = false, shows_body = false, until_eof = false;
  LogLevel level = LogLevel::kWarning;
  std::vector<std::string> words;
};

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "kube_probe: %s\n", what.c_str());
  std::exit(2);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) usage(word + " needs a value");
      return argv[++i];
    };
    const auto ms = [&] { return Duration(std::chrono::milliseconds(std::stoll(value()))); };
    // clang-format off
    if (word == "--kubeconfig") out.access.kubeconfig = value();
    else if (word == "--context") out.access.context = value();
    else if (word == "--server") out.access.server = value();
    else if (word == "--insecure-skip-tls-verify") out.access.insecure_skip_tls_verify = true;
    else if (word == "--deadline") out.deadline = ms();
    else if (word == "--for") out.last_for = ms();
    else if (word == "--idle") out.watch.idle = ms();
    else if (word == "--patience") out.patience = ms();
    else if (word == "--page") out.watch.page = static_cast<std::uint32_t>(std::stoul(value()));
    else if (word == "--pages") out.watch.streaming_list = false;
    else if (word == "--metadata") out.watch.metadata_only = true;
    else if (word == "--selector") out.watch.label_selector = value();
    else if (word == "--field-selector") out.watch.field_selector = value();
    else if (word == "--qps") out.client.qps = std::stod(value());
    else if (word == "--burst") out.client.burst = static_cast<std::uint32_t>(std::stoul(value()));
    else if (word == "--in-flight") out.client.in_flight = static_cast<std::uint32_t>(std::stoul(value()));
    else if (word == "--idempotent") out.is_idempotent = true;
    else if (word == "--body") out.shows_body = true;
    else if (word == "--until-eof") out.until_eof = true;
    else if (word == "-v") out.level = LogLevel::kRequest;
    else if (word == "-vv") out.level = LogLevel::kDetail;
    else if (word.starts_with("-")) usage("no option " + word);
    else out.words.push_back(word);
    // clang-format on
  }
  if (out.words.empty()) usage("no command");
  return out;
}

std::chrono::steady_clock::time_point started;

class Line {
 public:
  explicit Line(std::string_view is) : text_("{\"is\":" + json_string(is)) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    number("ms", ms.count());
  }
  ~Line() {
    text_ += "}\n";
    if (::write(STDOUT_FILENO, text_.data(), text_.size()) < 0) std::_Exit(3);
  }
  Line& text(std::string_view key, std::string_view value) { return raw(key, json_string(value)); }
  Line& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  Line& raw(std::string_view key, std::string_view value) {
    text_.append(",\"").append(key).append("\":").append(value);
    return *this;
  }

 private:
  std::string text_;
};

std::string_view name_of(Error::Kind kind) {
  constexpr std::string_view kNames[] = {"content", "usage", "io", "retry", "conflict", "gone", "denied"};
  return kNames[static_cast<std::size_t>(kind)];
}

int fail(const Error& error) {
  Line("failed").text("error", error.message).text("kind", name_of(error.kind));
  return 3;
}

int print(const Answer& answer, bool shows_body) {
  Line line("answer");
  line.number("status", answer.status).number("attempts", answer.attempts);
  line.number("bytes", static_cast<std::int64_t>(answer.body.size()));
  line.raw("outcome_unknown", answer.outcome_unknown ? "true" : "false");
  std::string warnings;
  for (const std::string& w : answer.warnings) warnings += (warnings.empty() ? "" : ",") + json_string(w);
  line.raw("warnings", "[" + warnings + "]");
  if (!answer.reason.empty()) line.text("reason", answer.reason);
  if (answer.error) {
    line.text("error", answer.error->message).text("kind", name_of(answer.error->kind));
    return 3;
  }
  if (Result<Written> w = read_written(answer.body); w && !w->name.empty())
    line.text("uid", w->uid).text("version", w->resource_version).text("name", w->name);
  if (shows_body) line.text("body", answer.body);
  return 0;
}

std::string standard_input() {
  std::string out;
  char buffer[1 << 16];
  for (ssize_t n; (n = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(n));
  return out;
}

Request request_of(const Arguments& a, const std::string& method, const std::string& path, const std::string& type) {
  Request r;
  r.method = method == "get"     ? Method::kGet
             : method == "post"  ? Method::kPost
             : method == "put"   ? Method::kPut
             : method == "patch" ? Method::kPatch
                                 : Method::kDelete;
  r.path = path;
  // What stands behind `?` is encoded already.
  r.content_type = type == "merge"        ? kMergePatch
                   : type == "apply"      ? kApplyYaml
                   : type == "json-patch" ? kJsonPatch
                                          : kJson;
  r.deadline = a.deadline;
  r.idempotent = a.is_idempotent;
  return r;
}

int write_many(const Arguments& a, Client& client) {
  const std::string body = standard_input();
  const int count = std::stoi(a.words.at(1));
  int left = count, code = 0;
  for (int i = 0; i < count; ++i) {
    Request r = request_of(a, "post", a.words.at(2), "json");
    r.body = body;
    for (std::size_t at; (at = r.body.find("@N@")) != r.body.npos;) r.body.replace(at, 3, std::to_string(i));
    client.send(std::move(r), [&](Answer answer) {
      code = std::max(code, print(answer, a.shows_body));
      --left;
    });
  }
  client.loop().run_until([&] { return left == 0; });
  return code;
}

struct Nothing {};

void print_change(std::string_view key, const Store<Nothing>::Entry* before, const Store<Nothing>::Entry* after) {
  const auto* entry = after ? after : before;
  Line(!before ? "added"
       : after ? "changed"
               : "deleted")
      .text("key", key)
      .text("uid", entry->uid)
      .text("version", entry->resource_version);
}

/// The store, with a line for the beginning and end of lists, and for bookmarks.
struct Printing : Store<Nothing> {
  Printing(OwnWrites& own, std::function<void()> ended)
      : Store<Nothing>([](const Item&, Nothing&) { return true; },
                       [&own](std::string_view key, const Entry* before, const Entry* after) {
                         if (before && !after) own.gone(0, before->uid);
                         print_change(key, before, after);
                       },
                       [&own](std::string_view version) { own.progress(0, version); }),
        writes(own),
        list_ended(std::move(ended)) {}
  void on_list_begin() override {
    Line("list-begin");
    Store<Nothing>::on_list_begin();
  }
  void on_list_end(std::string_view version) override {
    Store<Nothing>::on_list_end(version);
    Line("list-end").text("version", version);
    writes.listed(0, version, [this](std::string_view uid) {
      for (const auto& [key, entry] : entries())
        if (entry.uid == uid) return true;
      return false;
    });
    list_ended();
  }
  void on_bookmark(std::string_view version) override {
    Line("bookmark").text("version", version);
    Store<Nothing>::on_bookmark(version);
  }
  void on_broken(const Error& error, Duration again_in) override {
    Line("broken")
        .text("error", error.message)
        .text("kind", name_of(error.kind))
        .number("again_in_ms", std::chrono::duration_cast<std::chrono::milliseconds>(again_in).count());
  }
  OwnWrites& writes;
  std::function<void()> list_ended;
};

void print_end(const Store<Nothing>& store, const WatchHealth& health) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](timeval t) { return t.tv_sec * 1'000'000 + t.tv_usec; };
  Line("end")
      .number("objects", static_cast<std::int64_t>(store.size()))
      .number("lists", static_cast<std::int64_t>(health.lists))
      .number("connections", static_cast<std::int64_t>(health.connections))
      .number("events", static_cast<std::int64_t>(health.events))
      .number("bytes", static_cast<std::int64_t>(health.bytes))
      .number("peak_kib", usage.ru_maxrss)
      .number("cpu_us", us(usage.ru_utime) + us(usage.ru_stime));
}

Loop* running = nullptr;
void on_signal(int) { running->stop(); }

int watch(const Arguments& a, Client& client) {
  Loop& loop = client.loop();
  OwnWrites own([](const std::string&) { Line("floor-reached"); });
  Printing store(own, [] {});
  Watch watch(client, a.watch, store);
  running = &loop;
  ::signal(SIGTERM, on_signal);
  ::signal(SIGINT, on_signal);
  std::string lines;
  bool is_over = false;
  ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  loop.when_readable(STDIN_FILENO, [&] {
    char buffer[4096];
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n <= 0) {
      loop.forget(STDIN_FILENO);
      is_over = a.until_eof;
      return;
    }
    lines.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t end; (end = lines.find('\n')) != lines.npos; lines.erase(0, end + 1))
      if (lines.starts_with("floor ")) own.wrote("probe", 0, lines.substr(6, end - 6), loop.now());
  });
  std::function<void()> tick = [&] {
    for (const OwnWrites::Stuck& stuck : own.stuck(loop.now(), a.patience)) watch.probe(stuck.floor);
    loop.after(a.patience / 4, tick);
  };
  tick();
  loop.run_until([&] { return is_over; }, a.last_for);
  print_end(store, watch.health());
  return 0;
}

int list_once(const Arguments& a, Client& client) {
  OwnWrites own([](const std::string&) {});
  Printing store(own, [] {});
  Result<ListEnd> end = kube::list(client, a.watch, store);
  print_end(store, {});
  return end ? 0 : fail(end.error());
}

int print_discovery(Client& client) {
  Result<Discovery> found = discover(client);
  if (!found) return fail(found.error());
  for (const ApiResource& r : found->resources())
    Line("resource").text("group", r.group).text("version", r.version).text("plural", r.plural).text("kind", r.kind);
  return 0;
}

int run(Arguments& a, Client& client) {
  const std::string& command = a.words[0];
  const auto word = [&](std::size_t i) { return i < a.words.size() ? a.words[i] : std::string(); };
  if (command == "get") {
    Request r = request_of(a, "get", word(1) + (word(2).empty() ? "" : "?" + word(2)), "json");
    return print(client.call(std::move(r)), a.shows_body);
  }
  if (command == "write") {
    Request r = request_of(a, word(1), word(2), word(3));
    r.body = standard_input();
    return print(client.call(std::move(r)), a.shows_body);
  }
  if (command == "write-many") return write_many(a, client);
  a.watch.path = word(1);
  if (command == "list") return list_once(a, client);
  if (command == "watch") return watch(a, client);
  if (command == "discover") return print_discovery(client);
  usage("no command " + command);
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  started = std::chrono::steady_clock::now();
  Arguments arguments = read_arguments(argc, argv);
  Surroundings surroundings = real_surroundings();
  surroundings.log_level = arguments.level;
  Result<Access> access = load_access(arguments.access, surroundings);
  if (!access) return fail(access.error());
  Loop loop(surroundings);
  Client client(loop, std::move(*access), arguments.client);
  return run(arguments, client);
}
