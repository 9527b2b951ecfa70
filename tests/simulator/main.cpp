// simulate: plays recordings and scenarios against a simulated cluster.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/simulator/explore/replay.h"
#include "tests/simulator/player.h"

namespace {

using namespace grovec;
using namespace grovec::simulator;

constexpr const char* kUsage =
    "usage: simulate TRACE_DIR OUT_DIR [--seed N] [--log]\n"
    "       simulate --script FILE [--seed N] [--log]\n"
    "       simulate --walk STEPS FILE.yaml [--seed N] [--log] [--faults] [--lag MS]\n\n"
    "Plays TRACE_DIR/input.yaml and TRACE_DIR/steps.txt with the decisions of grovec as the operator and writes\n"
    "trace.jsonl and final.json to OUT_DIR. --script plays a scenario, or the steps to a violation that `explore` has\n"
    "printed (the exit code is 1 if it is there again), --walk random steps from a seed; --faults lets one of twenty\n"
    "writes go wrong, --lag lets the operator see things late. --log prints who did what, and why.\n";

struct Arguments {
  std::vector<std::string> operands;
  std::uint64_t seed = 1;
  bool log = false;
  std::string script;
  std::uint32_t walk = 0;
  bool faults = false;
  std::int64_t lag_ms = 0;
};

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const bool has_next = i + 1 < argc;
    if (arg == "--log") {
      out.log = true;
    } else if (arg == "--seed" && has_next) {
      out.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--faults") {
      out.faults = true;
    } else if (arg == "--lag" && has_next) {
      out.lag_ms = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--walk" && has_next) {
      out.walk = static_cast<std::uint32_t>(std::strtoul(argv[++i], nullptr, 10));
    } else if (arg == "--script" && has_next) {
      out.script = argv[++i];
    } else if (arg.starts_with("-")) {
      return false;
    } else {
      out.operands.push_back(arg);
    }
  }
  if (out.walk > 0) return out.script.empty() && out.operands.size() == 1;
  return out.script.empty() ? out.operands.size() == 2 : out.operands.empty();
}

int fail(const std::string& message, int code = 1) {
  std::cerr << "simulate: " << message << "\n";
  return code;
}

bool read(const std::string& path, std::string& out) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  out = text.str();
  return static_cast<bool>(in);
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

int play_trace(const Arguments& arguments) {
  const std::string &from = arguments.operands[0], &to = arguments.operands[1];
  std::string text, input;
  if (!read(from + "/steps.txt", text) || !read(from + "/input.yaml", input))
    return fail("cannot read steps.txt and input.yaml of " + from, 3);
  const Result<std::vector<Step>> steps = parse_steps(text);
  if (!steps) return fail(from + "/steps.txt: " + steps.error().message);
  Player player({.seed = arguments.seed, .faults = {}, .log = arguments.log, .folder = from});
  const Result<Done> done = player.play(*steps);
  std::cout << player.story();
  std::error_code problem;
  std::filesystem::create_directories(to, problem);
  const bool written = write(to + "/trace.jsonl", player.recorder().text()) &&
                       write(to + "/final.json", player.final_text()) && write(to + "/steps.txt", text) &&
                       write(to + "/input.yaml", input);
  if (!written) return fail("cannot write to " + to, 3);
  return done ? 0 : fail(from + "/steps.txt: " + done.error().message);
}

// The way to a violation that was found by exploring.
int play_explored(const Arguments& arguments, const std::string& text) {
  const Result<Replayed> done = replay(text);
  if (!done) return fail(arguments.script + ": " + done.error().message);
  if (arguments.log) std::cout << done->story;
  for (const std::string& problem : done->violations) fail(arguments.script + ": " + problem);
  return done->violations.empty() ? 0 : 1;
}

int play_script(const Arguments& arguments) {
  std::string text;
  if (!read(arguments.script, text)) return fail("cannot read " + arguments.script, 3);
  if (is_explored(text)) return play_explored(arguments, text);
  const Result<std::vector<Step>> steps = parse_steps(text);
  if (!steps) return fail(arguments.script + ": " + steps.error().message);
  const std::string folder = std::filesystem::path(arguments.script).parent_path().string();
  Player player({.seed = arguments.seed, .faults = {}, .log = arguments.log, .folder = folder.empty() ? "." : folder});
  const Result<Done> done = player.play_scenario(*steps);
  std::cout << player.story();
  return done ? 0 : fail(arguments.script + ": " + done.error().message);
}

int walk(const Arguments& arguments) {
  const std::filesystem::path input(arguments.operands[0]);
  const std::string folder = input.parent_path().string();
  PlayOptions options{
      .seed = arguments.seed, .faults = {}, .log = arguments.log, .folder = folder.empty() ? "." : folder};
  if (arguments.faults) options.faults = {.refused = 30, .lost = 10, .killed_before = 5, .killed_after = 5};
  options.lag_ms = arguments.lag_ms;
  Player player(options);
  const Result<Done> done = player.walk(input.filename().string(), arguments.walk);
  std::cout << player.story();
  return done ? 0 : fail("seed " + std::to_string(arguments.seed) + ": " + done.error().message);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::cerr << kUsage;
    return 2;
  }
  if (arguments.walk > 0) return walk(arguments);
  return arguments.script.empty() ? play_trace(arguments) : play_script(arguments);
}
