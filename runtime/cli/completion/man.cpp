#include "runtime/cli/completion/completion.h"
#include "runtime/driver/version.h"

namespace grovec::cli {

namespace {

// Text as roff takes it: no line begins with a control character, dashes are those that one types.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '`')
      out += "\\`";
    else
      out += c;
    line_begins = c == '\n';
  }
  return out;
}

std::string header(std::string_view name, std::string_view summary) {
  std::string upper;
  for (char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return ".\\\" made by `grovec completion man`\n.TH " + upper + " 1 \"\" \"grovec " + std::string(driver::kVersion) +
         "\" \"User Commands\"\n.SH NAME\n" + roff(name) + " \\- " + roff(summary) + "\n";
}

constexpr std::string_view kExitStatus =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nclean\n"
    ".TP\n.B 1\nerrors found, or differences\n"
    ".TP\n.B 2\nwrong command line\n"
    ".TP\n.B 3\na file, a stream or the cluster failed\n";

std::string environment() { return ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours, also on a terminal.\n"; }

}  // namespace

std::string man_page() {
  std::string out = header("grovec", "compile Grove PodCliqueSets into Kubernetes objects");
  out += ".SH SYNOPSIS\n.B grovec\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIFILE\\fR...]\n";
  out +=
      ".SH DESCRIPTION\ngrovec compiles Grove PodCliqueSets, in YAML or in the language of .grove files, into the "
      "exact\n"
      "Kubernetes objects that run them, and says what is wrong with them before any cluster sees them.\n"
      ".SH COMMANDS\n";
  for (const Command* c : commands()) out += ".TP\n.BR grovec\\-" + roff(c->name) + " (1)\n" + roff(c->summary) + "\n";
  out += kExitStatus;
  return out + environment();
}

std::string man_page(const Command& command) {
  std::string out = header("grovec-" + std::string(command.name), command.summary);
  out += ".SH SYNOPSIS\n.B " + roff(command.usage) + "\n";
  std::string sentence(command.summary);
  sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  out += ".SH DESCRIPTION\n" + roff(sentence) + ".\n";
  if (!command.options.empty()) out += ".SH OPTIONS\n";
  for (const OptionSpec& o : command.options) {
    out += ".TP\n\\fB" + roff(o.name) + "\\fR";
    if (!o.value.empty()) out += " \\fI" + roff(o.value) + "\\fR";
    if (!o.letter.empty()) out += ", \\fB" + roff(o.letter) + "\\fR";
    if (!o.letter.empty() && !o.value.empty()) out += " \\fI" + roff(o.value) + "\\fR";
    out += "\n" + roff(o.help);
    if (!o.choices.empty()) out += ": " + roff(o.choices);
    out += "\n";
  }
  if (!command.examples.empty()) out += ".SH EXAMPLES\n.nf\n" + roff(command.examples) + ".fi\n";
  out += kExitStatus;
  return out + environment() + ".SH SEE ALSO\n.BR grovec (1)\n";
}

}  // namespace grovec::cli
