#include "runtime/kube/exec_plugin.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ir/base/context.h"
#include "ir/value/json.h"
#include "runtime/kube/json_text.h"
#include "runtime/kube/redact.h"

extern char** environ;

namespace grovec::kube {

namespace {

constexpr std::size_t kMostOutput = 1u << 20, kMostErrors = 64u << 10, kMostLine = 4096;

/// Digits at `at`, which moves on; -1 if there are not that many.
int take_digits(std::string_view text, std::size_t& at, std::size_t count) {
  int value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool take(std::string_view text, std::size_t& at, char c) { return at < text.size() && text[at++] == c; }

}  // namespace

std::optional<WallTime> read_time(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  const int y = take_digits(text, at, 4);
  if (y < 0 || !take(text, at, '-')) return std::nullopt;
  const int mo = take_digits(text, at, 2);
  if (mo < 0 || !take(text, at, '-')) return std::nullopt;
  const int d = take_digits(text, at, 2);
  if (d < 0 || at >= text.size() || (text[at] != 'T' && text[at] != 't')) return std::nullopt;
  ++at;
  const int h = take_digits(text, at, 2);
  if (h < 0 || h > 23 || !take(text, at, ':')) return std::nullopt;
  const int mi = take_digits(text, at, 2);
  if (mi < 0 || mi > 59 || !take(text, at, ':')) return std::nullopt;
  const int s = take_digits(text, at, 2);
  if (s < 0 || s > 60) return std::nullopt;
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9';) ++at;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || at >= text.size()) return std::nullopt;
  auto time = sys_days{date} + hours{h} + minutes{mi} + seconds{s};
  const char sign = text[at++];
  if (sign == '+' || sign == '-') {
    const int oh = take_digits(text, at, 2);
    if (oh < 0 || !take(text, at, ':')) return std::nullopt;
    const int om = take_digits(text, at, 2);
    if (om < 0) return std::nullopt;
    time -= (hours{oh} + minutes{om}) * (sign == '+' ? 1 : -1);
  } else if (sign != 'Z' && sign != 'z') {
    return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  return time_point_cast<system_clock::duration>(time);
}

Result<PluginCredential> read_plugin_output(const std::string& output, const ExecPlugin& plugin) {
  const auto bad = [&](const std::string& what) {
    return Error{"the credential plugin `" + plugin.command + "` " + what, Error::kContent};
  };
  Context context;
  const SourceId source = context.sources.add("plugin", output);
  const auto value = ir::read_json(context, source, 0, static_cast<std::uint32_t>(output.size()));
  if (!value || context.diags.errors() > 0) return bad("printed no JSON");
  if ((*value)["kind"].as_string() != "ExecCredential") return bad("printed no ExecCredential");
  if ((*value)["apiVersion"].as_string() != plugin.api_version)
    return bad("printed another apiVersion than " + plugin.api_version);
  const ir::Value& status = (*value)["status"];
  PluginCredential out{std::string(status["token"].as_string()),
                       std::string(status["clientCertificateData"].as_string()),
                       std::string(status["clientKeyData"].as_string()), std::nullopt};
  keep_secret(out.token);
  keep_secret(out.key);
  if (out.token.empty() && out.certificate.empty()) return bad("printed neither a token nor a certificate");
  if (out.certificate.empty() != out.key.empty()) return bad("printed a certificate without its key, or the reverse");
  if (out.token.find_first_of("\r\n") != out.token.npos) return bad("printed a token of several lines");
  if (const std::string_view at = status["expirationTimestamp"].as_string(); !at.empty()) {
    out.expires = read_time(at);
    if (!out.expires) return bad("printed an expirationTimestamp that is no RFC 3339 time");
  }
  return out;
}

namespace {

std::string exec_info(const Access& access, const std::string& authority, bool is_interactive) {
  const ExecPlugin& plugin = *access.plugin;
  std::string out = "{\"kind\":\"ExecCredential\",\"apiVersion\":" + json_string(plugin.api_version) +
                    ",\"spec\":{\"interactive\":" + (is_interactive ? "true" : "false");
  if (plugin.provides_cluster_info) {
    out += ",\"cluster\":{\"server\":" + json_string(access.server);
    if (!access.tls_server_name.empty()) out += ",\"tls-server-name\":" + json_string(access.tls_server_name);
    if (access.insecure) out += ",\"insecure-skip-tls-verify\":true";
    if (!authority.empty()) out += ",\"certificate-authority-data\":" + json_string(encode_base64(authority));
    if (!access.proxy.empty()) out += ",\"proxy-url\":" + json_string(access.proxy);
    out += '}';
  }
  return out + "}}";
}

/// The environment of the child: ours, the plugin's on top, and what it is asked for.
std::vector<std::string> child_environment(const ExecPlugin& plugin, const std::string& info) {
  std::vector<std::pair<std::string, std::string>> extra = plugin.env;
  extra.emplace_back("KUBERNETES_EXEC_INFO", info);
  std::vector<std::string> out;
  for (char** e = environ; *e; ++e) {
    const std::string_view entry = *e;
    const std::string_view name = entry.substr(0, entry.find('='));
    bool is_replaced = false;
    for (const auto& pair : extra) is_replaced = is_replaced || pair.first == name;
    if (!is_replaced) out.emplace_back(entry);
  }
  for (const auto& [name, value] : extra) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

struct PluginRun::State {
  Loop& loop;
  ExecPlugin plugin;
  Callback callback;
  pid_t child = -1;
  int out = -1, err = -1, ended = -1;
  std::string output, error_line;
  std::size_t passed_on = 0;
  bool is_too_large = false;
  Loop::TimerId limit = 0;

  State(Loop& l, ExecPlugin p, Callback c) : loop(l), plugin(std::move(p)), callback(std::move(c)) {}
  ~State() {
    loop.cancel(limit);
    if (child > 0) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    for (int* fd : {&out, &err, &ended}) close_one(*fd);
  }

  void close_one(int& fd) {
    if (fd < 0) return;
    loop.forget(fd);
    ::close(fd);
    fd = -1;
  }

  void pass_on(std::string_view bytes) {
    for (char c : bytes) {
      if (c != '\n' && error_line.size() < kMostLine) {
        error_line += c;
        continue;
      }
      if (c == '\n') flush_line();
    }
  }
  void flush_line() {
    if (!error_line.empty() && passed_on < kMostErrors) {
      passed_on += error_line.size();
      loop.surroundings().log(LogLevel::kWarning, redact(plugin.command + ": " + error_line));
    }
    error_line.clear();
  }

  /// False at the end of the stream.
  bool drain(int& fd, bool is_output) {
    char buffer[16 << 10];
    while (true) {
      const ssize_t n = ::read(fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return true;  // nothing yet
      if (n == 0) return false;
      const std::string_view bytes(buffer, static_cast<std::size_t>(n));
      if (!is_output) {
        pass_on(bytes);
      } else if (output.size() + bytes.size() > kMostOutput) {
        is_too_large = true;
      } else {
        output += bytes;
      }
    }
  }

  void on_child_end() {
    // What it started may still hold the pipes: what is in them now is all we take.
    if (out >= 0) drain(out, true);
    if (err >= 0) drain(err, false);
    flush_line();
    int status = 0;
    ::waitpid(child, &status, 0);
    child = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !is_too_large)
      return finish(read_plugin_output(output, plugin));
    std::string what = is_too_large          ? "printed more than 1 MiB"
                       : WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                                             : "ended with code " + std::to_string(WEXITSTATUS(status));
    finish(Error{"the credential plugin `" + plugin.command + "` " + what, Error::kDenied});
  }

  void finish(Result<PluginCredential> result) {
    loop.cancel(limit);
    for (int* fd : {&out, &err, &ended}) close_one(*fd);
    if (!callback) return;
    Callback once = std::move(callback);
    callback = nullptr;
    once(std::move(result));  // may destroy us
  }

  std::optional<Error> start(const std::string& info, bool is_interactive);
};

std::optional<Error> PluginRun::State::start(const std::string& info, bool is_interactive) {
  int out_pipe[2], err_pipe[2];
  if (::pipe2(out_pipe, O_CLOEXEC) != 0) return Error{"cannot make a pipe", Error::kIo};
  if (::pipe2(err_pipe, O_CLOEXEC) != 0) return Error{"cannot make a pipe", Error::kIo};
  out = out_pipe[0];
  err = err_pipe[0];
  for (int fd : {out, err}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!is_interactive) posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err_pipe[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  ::sigemptyset(&none);
  ::sigemptyset(&defaults);
  for (int number : {SIGPIPE, SIGINT, SIGTERM}) ::sigaddset(&defaults, number);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> args = plugin.args, environment = child_environment(plugin, info);
  args.insert(args.begin(), plugin.command);
  const int code = ::posix_spawnp(&child, plugin.command.c_str(), &actions, &attributes, pointers(args).data(),
                                  pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(out_pipe[1]);
  ::close(err_pipe[1]);
  if (code != 0) {
    child = -1;
    std::string text = "cannot start the credential plugin `" + plugin.command + "`: " + std::strerror(code);
    if (code == ENOENT && !plugin.install_hint.empty())
      text += "; " + escape_controls(plugin.install_hint.substr(0, 1024));
    return Error{text, Error::kDenied};
  }
  ended = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (ended < 0)
    return Error{"cannot wait for the credential plugin: " + std::string(std::strerror(errno)), Error::kIo};
  return std::nullopt;
}

PluginRun::PluginRun(Loop& loop, const Access& access, std::string authority, Callback callback)
    : state_(std::make_unique<State>(loop, *access.plugin, std::move(callback))) {
  State* s = state_.get();
  const bool has_terminal = ::isatty(STDIN_FILENO) == 1;
  const auto mode = access.plugin->interactive;
  const bool is_interactive = has_terminal && mode != ExecPlugin::Interactive::kNever;
  std::optional<Error> error;
  if (mode == ExecPlugin::Interactive::kAlways && !has_terminal)
    error = Error{"the credential plugin `" + access.plugin->command + "` wants to ask, and there is no terminal",
                  Error::kDenied};
  if (!error) error = s->start(exec_info(access, authority, is_interactive), is_interactive);
  // A timer rather than `post`: it dies with us.
  if (error) {
    s->limit = loop.after(Duration::zero(), [s, error] { s->finish(*error); });
    return;
  }
  loop.when_readable(s->out, [s] {
    if (!s->drain(s->out, true)) s->close_one(s->out);
  });
  loop.when_readable(s->err, [s] {
    if (!s->drain(s->err, false)) s->close_one(s->err);
  });
  loop.when_readable(s->ended, [s] { s->on_child_end(); });
  s->limit = loop.after(is_interactive ? std::chrono::minutes(5) : std::chrono::minutes(1), [s] {
    ::kill(s->child, SIGKILL);
    ::waitpid(s->child, nullptr, 0);
    s->child = -1;
    s->finish(Error{"the credential plugin `" + s->plugin.command + "` did not end in time", Error::kDenied});
  });
}

PluginRun::~PluginRun() = default;

}  // namespace grovec::kube
