#include "runtime/cli/completion/completion.h"

namespace grovec::cli {

namespace {

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += " " + quoted(w);
  return out;
}

// `name:description`, in which a colon of the name is escaped.
std::string described(std::string_view name, std::string_view description) {
  return " " + quoted(std::string(name) + ":" + std::string(description));
}

void add_values(const Command& command, const OptionSpec& option, std::string& out) {
  if (option.value.empty()) return;
  const Words w = values_of(option);
  const std::string name(command.name);
  out += "    " + name + ":" + std::string(option.name);
  if (!option.letter.empty()) out += "|" + name + ":" + std::string(option.letter);
  out += ")";
  if (!w.words.empty()) out += " compadd $suffix --" + list(w.words) + ";";
  if (w.files) out += " _files;";
  out += " return ;;\n";
}

void add_command(const Command& command, std::string& out) {
  out += "    " + std::string(command.name) + ") options=(";
  for (const OptionSpec& o : command.options) {
    out += described(o.name, o.help);
    if (!o.letter.empty()) out += described(o.letter, o.help);
  }
  out += described("--help", "options and examples") + ")";
  const Words w = operands_of(command);
  out += " words=(" + list(w.words) + ") files=" + (w.files ? "yes" : "no") + " ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string names, values, commands_text;
  for (const Command* c : commands()) {
    names += described(c->name, c->summary);
    add_command(*c, commands_text);
    for (const OptionSpec& o : c->options) add_values(*c, o, values);
  }
  return "#compdef grovec\n"
         "# zsh completion for grovec; made by `grovec completion zsh`\n"
         "_grovec() {\n"
         "  local cur=$words[CURRENT] prev=$words[CURRENT-1] command=$words[2] files=no suffix=\n"
         "  local -a options names operands\n"
         "  names=(" +
         names +
         ")\n"
         "  if ((CURRENT == 2)); then\n"
         "    _describe -t commands command names\n"
         "    return\n"
         "  fi\n"
         "  if [[ $cur == --*=* ]]; then\n"
         "    prev=${cur%%=*}\n"
         "    compset -P '*='\n"
         "  fi\n"
         "  case $command:$prev in\n" +
         values +
         "  esac\n"
         "  case $command in\n" +
         [&] {
           std::string text = commands_text;  // `words` is zsh's own
           for (std::size_t at = 0; (at = text.find(" words=(", at)) != std::string::npos; at += 11)
             text.replace(at, 8, " operands=(");
           return text;
         }() +
         "    help) _describe -t commands command names; return ;;\n"
         "  esac\n"
         "  if [[ $cur == -* ]]; then\n"
         "    _describe -t options option options\n"
         "    return\n"
         "  fi\n"
         "  if (($#operands)); then compadd -- $operands; fi\n"
         "  if [[ $files == yes ]]; then _files; fi\n"
         "}\n"
         "if [[ $funcstack[1] == _grovec ]]; then _grovec \"$@\"; else compdef _grovec grovec; fi\n";
}

}  // namespace grovec::cli
