// explore: every state of a small world, one after the other.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "tests/simulator/explore/explorer.h"

namespace {

using namespace grovec::simulator;

constexpr const char* kUsage =
    "usage: explore WORLD [--deeds N] [--faults N] [--states N] [--violations N] [--only WORDS]\n\n"
    "Explores a world breadth first, with the decisions of grovec as the operator. On a path people do at most so "
    "many\n"
    "things and at most so many faults happen (default: 1 and 1). Ends with code 1 where something is wrong, and\n"
    "prints the shortest way there, as steps for `simulate --script FILE --log`; --only takes words of those printed "
    "at the end, separated by commas,\n"
    "and lets nothing else go wrong or be done; with code 4 where not every state was reached within the limit of "
    "states.\n";

int usage() {
  std::cerr << kUsage << "worlds:";
  for (const SmallWorld& world : small_worlds()) std::cerr << " " << world.name;
  std::cerr << "\n";
  return 2;
}

void add_words(const std::string& text, std::set<std::string, std::less<>>& out) {
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) out.insert(word);
}

int report(const SmallWorld& world, const ExploreOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const Explored done = explore(world, options);
  const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const Violation& v : done.violations) std::cout << steps_of(world, v) << "\n";
  std::cout << world.name << ": " << done.states << " states, " << done.steps << " steps, depth " << done.depth << ", "
            << done.ends << " ends, " << s << " s, " << (done.is_complete ? "complete" : "not complete") << ", "
            << done.violations.size() << " violations\n ";
  for (const auto& [word, n] : done.fired) std::cout << " " << word << ": " << n << ";";
  std::cout << "\n";
  if (!done.violations.empty()) return 1;
  return done.is_complete ? 0 : 4;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return usage();
  ExploreOptions options;
  for (int i = 2; i < argc; i += 2) {
    const std::string arg = argv[i];
    if (i + 1 == argc) return usage();
    const std::uint64_t n = std::strtoull(argv[i + 1], nullptr, 10);
    if (arg == "--deeds")
      options.budget.deeds = static_cast<std::uint8_t>(n);
    else if (arg == "--faults")
      options.budget.faults = static_cast<std::uint8_t>(n);
    else if (arg == "--states")
      options.most_states = n;
    else if (arg == "--violations")
      options.most_violations = n;
    else if (arg == "--only")
      add_words(argv[i + 1], options.budget.only);
    else
      return usage();
  }
  for (const SmallWorld& world : small_worlds())
    if (world.name == argv[1]) return report(world, options);
  return usage();
}
