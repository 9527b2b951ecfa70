#include "ir/base/diagnostics.h"
#include "ir/base/render.h"
#include "passes/pipeline.h"
#include "runtime/cli/completion/completion.h"

namespace grovec::cli {

namespace {

std::vector<std::string> split(std::string_view choices) {
  std::vector<std::string> out;
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    out.emplace_back(choices.substr(0, bar));
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return out;
}

std::vector<std::string> codes(bool lowered_only, std::string_view ending) {
  std::vector<std::string> out;
  for (const DiagInfo* info : all_diagnostics()) {
    if (info->severity == Severity::kNote) continue;
    if (lowered_only && info->severity != Severity::kWarning && info->stage != Stage::kLint) continue;
    out.push_back(code_text(info->code) + std::string(ending));
  }
  return out;
}

}  // namespace

Words values_of(const OptionSpec& option) {
  if (!option.choices.empty()) return {split(option.choices)};
  if (option.value == "FILE" || option.value == "DIR") return {{}, true};
  if (option.value == "CODE=LEVEL") return {codes(true, "=")};
  if (option.name == "--select") return {{"set=", "replica=", "group=", "clique=", "gang="}};
  if (option.name == "--kubernetes-version") return {{"1.35"}};
  Words out;
  if (option.name == "--print-after")
    for (const passes::PassInfo& pass : passes::expansion_passes()) out.words.emplace_back(pass.name);
  return out;
}

Words operands_of(const Command& command) {
  if (command.name == "explain") return {codes(false, {})};
  if (command.name == "completion") return {{"bash", "zsh", "fish", "man"}};
  if (command.name == "gitops") return {{"argocd-generate", "argocd-parameters"}};
  if (command.name == "show") return {{"tree", "gangs", "startup", "env", "names"}, true};
  if (command.name == "version" || command.name == "schema" || command.name == "krm") return {};
  return {{}, true};
}

std::string quoted(std::string_view text, std::string_view escape) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'')
      out += escape;
    else
      out += c;
  }
  return out + "'";
}

}  // namespace grovec::cli
