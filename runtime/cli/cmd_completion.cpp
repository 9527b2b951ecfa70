// completion: what a shell needs to complete command lines, and the man pages, all from the table of commands.
#include <unistd.h>

#include "runtime/cli/completion/completion.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

int print(const std::string& text) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(text);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

int print_page(const std::vector<std::string>& words) {
  if (words.size() == 1) return print(man_page());
  for (const Command* c : commands())
    if (c->name == words[1]) return print(man_page(*c));
  return fail(kUsage, "unknown command `" + words[1] + "`; `grovec --help` lists them");
}

int run(const Options& options) {
  const std::vector<std::string>& words = options.operands();
  if (words.empty() || words.size() > (words[0] == "man" ? 2u : 1u))
    return fail(kUsage, "say `bash`, `zsh`, `fish` or `man`");
  if (words[0] == "bash") return print(bash_completion());
  if (words[0] == "zsh") return print(zsh_completion());
  if (words[0] == "fish") return print(fish_completion());
  if (words[0] == "man") return print_page(words);
  return fail(kUsage, "no completion for `" + words[0] + "`; say `bash`, `zsh`, `fish` or `man`");
}

}  // namespace

extern const Command kCompletionCommand;
constinit const Command kCompletionCommand{"completion",
                                           "print the completion of a shell, or a man page",
                                           "grovec completion bash|zsh|fish|man [COMMAND]",
                                           "  source <(grovec completion bash)\n"
                                           "  grovec completion zsh > ~/.zfunc/_grovec\n"
                                           "  grovec completion fish > ~/.config/fish/completions/grovec.fish\n"
                                           "  grovec completion man compile | man -l -\n",
                                           {},
                                           run};

}  // namespace grovec::cli
