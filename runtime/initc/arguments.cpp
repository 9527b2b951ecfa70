#include "runtime/initc/arguments.h"

#include <algorithm>
#include <charconv>

namespace grovec::initc {
namespace {

constexpr std::string_view kOption = "--podcliques";

Error usage(std::string_view word, std::string_view what) {
  return {"`" + std::string(word) + "`: " + std::string(what), Error::kUsage};
}

Result<Wanted> read_wanted(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return usage(text, "write --podcliques=NAME:COUNT");
  Wanted wanted{std::string(text.substr(0, colon)), 0};
  std::string_view digits = text.substr(colon + 1);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), wanted.count);
  if (error != std::errc() || end != digits.data() + digits.size() || wanted.count < 1)
    return usage(text, "the count is a whole number from 1");
  return wanted;
}

void put(std::vector<Wanted>& all, Wanted wanted) {
  auto same = std::find_if(all.begin(), all.end(), [&](const Wanted& w) { return w.clique == wanted.clique; });
  if (same == all.end()) {
    all.push_back(std::move(wanted));
  } else {
    same->count = wanted.count;
  }
}

}  // namespace

Result<Arguments> read_arguments(const std::vector<std::string_view>& words) {
  Arguments arguments;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == "--version") {
      arguments.version = true;
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (word == kOption || (word.starts_with(kOption) && word[kOption.size()] == '=')) {
      bool apart = word == kOption;
      if (apart && ++i == words.size()) return usage(word, "write --podcliques=NAME:COUNT");
      Result<Wanted> wanted = read_wanted(apart ? words[i] : word.substr(kOption.size() + 1));
      if (!wanted) return wanted.error();
      put(arguments.wanted, std::move(*wanted));
    } else {
      return usage(word, "no such argument; there are --podcliques=NAME:COUNT and --version");
    }
  }
  return arguments;
}

}  // namespace grovec::initc
