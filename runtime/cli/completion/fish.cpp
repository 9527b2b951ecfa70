#include "runtime/cli/completion/completion.h"

namespace grovec::cli {

namespace {

std::string fish_quoted(std::string_view text) { return quoted(text, "\\'"); }

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

void add_option(const Command& command, const OptionSpec& option, std::string& out) {
  out += "complete -c grovec -n " + fish_quoted("__fish_seen_subcommand_from " + std::string(command.name));
  out += " -l " + std::string(option.name.substr(2));
  if (!option.letter.empty()) out += " -s " + std::string(option.letter.substr(1));
  if (!option.value.empty()) {
    const Words w = values_of(option);
    out += w.files ? " -r -F" : " -x";
    if (!w.words.empty()) out += " -a " + fish_quoted(joined(w.words));
  }
  out += " -d " + fish_quoted(option.help) + "\n";
}

}  // namespace

std::string fish_completion() {
  std::string out =
      "# fish completion for grovec; made by `grovec completion fish`\n"
      "complete -c grovec -f\n";
  for (const Command* c : commands())
    out += "complete -c grovec -n __fish_use_subcommand -a " + std::string(c->name) + " -d " + fish_quoted(c->summary) +
           "\n";
  for (const Command* c : commands()) {
    const Words w = operands_of(*c);
    const std::string when = " -n " + fish_quoted("__fish_seen_subcommand_from " + std::string(c->name));
    if (w.files) out += "complete -c grovec" + when + " -F\n";
    if (!w.words.empty()) out += "complete -c grovec" + when + " -a " + fish_quoted(joined(w.words)) + "\n";
    for (const OptionSpec& o : c->options) add_option(*c, o, out);
    out += "complete -c grovec" + when + " -l help -s h -d 'options and examples'\n";
  }
  return out;
}

}  // namespace grovec::cli
