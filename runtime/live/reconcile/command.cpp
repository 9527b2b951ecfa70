#include "runtime/live/reconcile/command.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "runtime/live/reconcile/once.h"
#include "runtime/terminal/options.h"

namespace grovec::live {

using namespace std::chrono_literals;
using cli::OptionSpec;

namespace {

constexpr OptionSpec kOptions[] = {
    {"--once", "", "", "make the cluster equal to the sets, then end; without it: the operator, until it is told to stop", ""},
    {"--from-cluster", "", "NAME", "with --once: a set that is in the cluster", ""},
    {"--wait", "", "", "with --once: until every pod is ready", ""},
    {"--timeout", "", "SECONDS", "with --once: give up after this long (300)", ""},
    {"--dry-run", "", "", "with --once: print what would be done and send nothing", ""},
    {"--namespace", "-n", "NAMESPACE", "the only namespace to look after", ""},
    {"--operator-config", "", "FILE", "the operator's configuration", ""},
    {"--initc-image", "", "IMAGE", "image of the init container", ""},
    {"--kubeconfig", "", "FILE", "how to reach the cluster", ""},
    {"--context", "", "NAME", "context of the kubeconfig", ""},
    {"--quiet", "-q", "", "warnings and errors only", ""},
    {"--help", "-h", "", "print this help", ""},
};

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

int fail(const Error& error) {
  print(STDERR_FILENO, "grovec: " + error.message + "\n");
  return error.kind == Error::kUsage ? 2 : error.kind == Error::kContent ? 1 : 3;
}

// SIGINT and SIGTERM as events of the loop. Blocked for the whole process before its threads begin.
class Signals {
 public:
  Signals(kube::Loop& loop, std::function<void()> on_signal) : loop_(loop) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    loop_.when_readable(fd_, [this, on_signal = std::move(on_signal)] {
      signalfd_siginfo info;
      if (read(fd_, &info, sizeof info) == sizeof info) on_signal();
    });
  }
  ~Signals() {
    loop_.forget(fd_);
    close(fd_);
  }

 private:
  kube::Loop& loop_;
  int fd_ = -1;
};

// One set after the other said in a line each.
int report(const Operator& op, const std::vector<SetKey>& keys, bool wait, bool in_time) {
  int code = 0;
  for (const SetKey& key : keys) {
    const Tenant* tenant = op.tenant(key);
    if (tenant && !tenant->is_compiled()) code = 1;
    const std::string what = waits_for(op.store().view(key));
    if (!what.empty()) print(STDOUT_FILENO, key.namespace_ + "/" + key.name + ": waiting for " + what + "\n");
    if (wait && !what.empty()) code = 1;
  }
  if (!in_time) print(STDERR_FILENO, "grovec: gave up waiting; run it again to go on\n");
  return in_time ? code : 3;
}

int run_once(kube::Client& client, OperatorOptions options, const OnceOptions& once, bool& interrupted) {
  std::size_t applied = 0;
  Compiler surroundings(options.compiler);
  if (auto read = surroundings.set_surroundings({}); !read) return fail(read.error());
  const auto keys = apply_sets(client, surroundings.facts(), once, applied);
  if (!keys) return fail(keys.error());
  options.only = *keys;
  options.dry_run = once.dry_run;
  const auto tell = options.say;
  Operator op(client, std::move(options));
  if (auto started = op.start(); !started) return fail(started.error());
  const bool in_time = client.loop().run_until(
      [&] {
        if (interrupted) return op.wind_down();
        if (!op.is_at_rest()) return false;
        if (!once.wait) return true;
        for (const SetKey& key : *keys) {
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
  return report(op, *keys, once.wait, in_time);
}

int run_daemon(kube::Client& client, OperatorOptions options, const bool& interrupted) {
  Operator op(client, options);
  if (auto started = op.start(); !started) return fail(started.error());
  bool said = false;
  client.loop().run_until([&] {
    if (!said && op.has_listed()) {
      said = true;
      options.say(false, "watching; " + std::to_string(op.tenants()) + " sets");
    }
    return interrupted;
  });
  client.loop().run_until([&] { return op.wind_down(); }, 10s);
  options.say(false, "stopped");
  // Nothing of what is left needs an orderly end, and the next operator waits.
  _exit(0);
}

std::string help() {
  return "grovec reconcile: keep the cluster equal to what its PodCliqueSets ask for\n\n"
         "Usage:\n  grovec reconcile [OPTIONS]\n  grovec reconcile --once [OPTIONS] FILE...\n"
         "  grovec reconcile --once [OPTIONS] --from-cluster NAME\n\nOptions:\n" +
         cli::options_help(kOptions);
}

Result<int> run(const cli::Options& given) {
  kube::Surroundings surroundings = kube::real_surroundings();
  kube::AccessOptions access_options;
  access_options.kubeconfig = given.get("--kubeconfig");
  access_options.context = given.get("--context");
  Result<kube::Access> access = kube::load_access(access_options, surroundings);
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
  options.say = [quiet](bool is_warning, const std::string& line) {
    if (is_warning)
      print(STDERR_FILENO, "grovec: " + line + "\n");
    else if (!quiet)
      print(STDOUT_FILENO, line + "\n");
  };
  if (!given.has("--once")) return run_daemon(client, std::move(options), interrupted);
  once.files = given.operands();
  once.from_cluster = given.get("--from-cluster");
  once.wait = given.has("--wait");
  once.dry_run = given.has("--dry-run");
  if (options.namespace_.empty() && once.files.empty()) options.namespace_ = once.namespace_;
  once.timeout = std::chrono::seconds(std::atoi(std::string(given.get("--timeout", "300")).c_str()));
  return run_once(client, std::move(options), once, interrupted);
}

}  // namespace

int reconcile(std::span<const std::string> args) {
  const Result<cli::Options> options = cli::parse_options(kOptions, args);
  if (!options) return fail(options.error());
  if (options->has("--help")) {
    print(STDOUT_FILENO, help());
    return 0;
  }
  const bool once = options->has("--once");
  if (!once && !options->operands().empty()) return fail({"`reconcile` takes files with --once only", Error::kUsage});
  if (once && options->operands().empty() == options->get("--from-cluster").empty())
    return fail({"`reconcile --once` takes files, or --from-cluster NAME", Error::kUsage});
  const Result<int> code = run(*options);
  return code ? *code : fail(code.error());
}

}  // namespace grovec::live
