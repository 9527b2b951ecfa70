#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "runtime/driver/version.h"
#include "runtime/initc/surroundings.h"
#include "runtime/initc/wait.h"

namespace grovec::initc {
namespace {

constexpr std::string_view kHelp =
    "usage: grovec-initc --podcliques=NAME:COUNT ...\n"
    "\n"
    "The init container of pods that start after others: waits until COUNT pods of each PodClique NAME are Ready, all "
    "at the\n"
    "same moment, then ends. Namespace, gang and token come from the files that the operator mounts.\n"
    "\n"
    "exit codes: 0 done, 1 anything else\n";

void write_line(int fd, std::string_view text) {
  std::string line = "grovec-initc: " + std::string(text) + "\n";
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' && &c != &line.back()) c = ' ';
  }
  [[maybe_unused]] ssize_t written = ::write(fd, line.data(), line.size());
}

int fail(const Error& error) {
  write_line(STDERR_FILENO, error.message);
  return 1;
}

/// As the first process of a container it would otherwise ignore them.
void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { ::_exit(1); };
  for (int signal : {SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int wait(std::vector<Wanted> wanted) {
  Result<PodFacts> facts = read_pod_facts([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  });
  if (!facts) return fail(facts.error());
  if (Result<std::string> token = read_word(facts->token_file); !token) return fail(token.error());
  std::unique_ptr<Transport> transport = make_transport(facts->host, facts->port, facts->ca_file);
  std::minstd_rand random(static_cast<unsigned>(::getpid()) ^
                          static_cast<unsigned>(std::chrono::steady_clock::now().time_since_epoch().count()));
  World world{[] { return std::chrono::steady_clock::now(); },
              [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
              [&] { return static_cast<double>(random() - 1) / static_cast<double>(std::minstd_rand::max()); },
              [&] { return read_word(facts->token_file); },
              [](std::string_view line) { write_line(STDERR_FILENO, line); }};
  Tally tally(std::move(wanted));
  wait_for(tally, {facts->namespace_name, facts->gang}, *transport, world);
  return 0;
}

/// `grovec initc` says first which version it is, as it does to grovec-live.
constexpr std::string_view kFromGrovec = "--from-grovec=";

int run(std::vector<std::string_view> words) {
  if (!words.empty() && words[0].starts_with(kFromGrovec)) {
    std::string version(words[0].substr(kFromGrovec.size()));
    if (version != driver::kVersion) {
      return fail({"`grovec` is version " + version + " and `grovec-initc` is version " +
                       std::string(driver::kVersion) + "; install both from one package",
                   Error::kUsage});
    }
    words.erase(words.begin());
  }
  Result<Arguments> arguments = read_arguments(words);
  if (!arguments) return fail(arguments.error());
  std::string text;
  if (arguments->help) text = kHelp;
  if (arguments->version) text = "grovec-initc " + std::string(driver::kVersion) + "\n";
  if (!text.empty()) return ::write(STDOUT_FILENO, text.data(), text.size()) < 0 ? 1 : 0;
  return wait(std::move(arguments->wanted));
}

}  // namespace
}  // namespace grovec::initc

int main(int count, char** words) {
  grovec::initc::end_on_signals();
  int code = grovec::initc::run(std::vector<std::string_view>(words + 1, words + count));
  ::_exit(code);  // at once: nothing is worth waiting for
}
