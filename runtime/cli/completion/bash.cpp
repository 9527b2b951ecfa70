#include "runtime/cli/completion/completion.h"

namespace grovec::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

void add_values(const Command& command, const OptionSpec& option, std::string& out) {
  if (option.value.empty()) return;
  const Words w = values_of(option);
  const std::string name(command.name);
  out += "    " + name + ":" + std::string(option.name);
  if (!option.letter.empty()) out += "|" + name + ":" + std::string(option.letter);
  out += ") words=" + quoted(joined(w.words)) + " files=" + (w.files ? "yes" : "no") + " ;;\n";
}

void add_command(const Command& command, std::string& out) {
  std::vector<std::string> options;
  for (const OptionSpec& o : command.options) {
    options.emplace_back(o.name);
    if (!o.letter.empty()) options.emplace_back(o.letter);
  }
  options.emplace_back("--help");
  const Words w = operands_of(command);
  out += "    " + std::string(command.name) + ") options=" + quoted(joined(options)) +
         " words=" + quoted(joined(w.words)) + " files=" + (w.files ? "yes" : "no") + " ;;\n";
}

}  // namespace

std::string bash_completion() {
  std::string names, values, commands_text;
  for (const Command* c : commands()) {
    names += std::string(c->name) + " ";
    add_command(*c, commands_text);
    for (const OptionSpec& o : c->options) add_values(*c, o, values);
  }
  std::string out =
      "# bash completion for grovec; made by `grovec completion bash`\n"
      "_grovec() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
      "  local words='' options='' files=no\n"
      "  COMPREPLY=()\n"
      "  # readline cuts `--name=value` into three words\n"
      "  if [[ $cur == '=' ]]; then cur=\n"
      "  elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    COMPREPLY=($(compgen -W " +
      quoted(names + "help --help --version") +
      " -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case $command:$prev in\n" +
      values +
      "    *)\n"
      "      case $command in\n" +
      commands_text + "    help) words=" + quoted(names) +
      " ;;\n"
      "      esac\n"
      "      if [[ $cur == -* ]]; then words=$options files=no; fi ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "  if [[ ${COMPREPLY[*]} == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
      "  if [[ $files == yes ]]; then\n"
      "    compopt -o filenames 2>/dev/null\n"
      "    local name\n"
      "    while IFS= read -r name; do COMPREPLY+=(\"$name\"); done < <(compgen -f -- \"$cur\")\n"
      "  fi\n"
      "}\n"
      "complete -F _grovec grovec\n";
  return out;
}

}  // namespace grovec::cli
