// gitops: the sides of grovec that other tools call.
#include <unistd.h>

#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "ir/value/writer.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/gitops/argocd.h"
#include "runtime/cli/gitops/argocd_ignore.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

int print(const std::string& text) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(text);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

// What to apply: other documents untouched, then the sets as they are written. All or nothing.
Result<std::string> manifests(const driver::Compilation& c) {
  std::string out;
  std::uint64_t objects = 0;
  Result<Done> result = Done{};
  auto add = [&](const ir::Value& tree) {
    if (!result) return;
    if (++objects > kMostArgoObjects) result = Error{"the application has more than 100,000 objects", Error::kContent};
    if (!out.empty()) out += "---\n";
    out += ir::to_text(tree, ir::Format::kYaml);
    if (out.size() > kLargestArgoBytes)
      result = Error{"the application's manifests have more than 64 MiB", Error::kContent};
  };
  for (const driver::LoadedDocument& d : c.foreign) add(d.document.root);
  for (const auto& set : c.sets) add(set->module.manifest);
  if (!result) return result.error();
  return out;
}

int argocd_generate() {
  Result<driver::CompileRequest> request = argocd_request();
  if (!request) return fail(request.error());
  Result<std::unique_ptr<driver::Compilation>> done = driver::compile(*request);
  if (!done) return fail(done.error());
  std::string findings;
  for (const Context* context : (*done)->contexts()) render_all(*context, {}, findings);
  print_error(findings);
  if ((*done)->failed()) return kFound;
  Result<std::string> text = manifests(**done);
  return text ? print(*text) : fail(text.error());
}

int ignore(const Options& options) {
  std::vector<std::string> words = options.operands();
  words.erase(words.begin());
  Result<driver::CompileRequest> request = compile_request(options, false);
  if (!request) return fail(request.error());
  request->operands = options.all("--filename");
  request->operands.insert(request->operands.end(), words.begin(), words.end());
  if (request->operands.empty()) return fail(kUsage, "`gitops argocd-ignore` needs the files of the application");
  if (Result<Done> project = add_project(*request); !project) return fail(project.error());
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> c = compile_or_report(options, *request, exit_code);
  if (!c) return exit_code;
  if (const int nothing = report_nothing(*c, {}, request->operands)) return nothing;
  return print(argocd_ignore(*c, options.has("--all")));
}

constexpr std::string_view kWords = "`argocd-generate`, `argocd-parameters` or `argocd-ignore FILE...`";

int run(const Options& options) {
  const std::vector<std::string>& words = options.operands();
  if (words.empty()) return fail(kUsage, "say " + std::string(kWords));
  if (words[0] == "argocd-ignore") return ignore(options);
  if (words[0] != "argocd-generate" && words[0] != "argocd-parameters")
    return fail(kUsage, "`gitops` knows no `" + printable(words[0]) + "`; say " + std::string(kWords));
  if (words.size() > 1 || !options.empty())
    return fail(kUsage, "`gitops " + words[0] +
                            "` takes no options and no files: Argo CD says in the environment what it wants");
  if (words[0] == "argocd-generate") return argocd_generate();
  Result<std::string> parameters = argocd_parameters();
  return parameters ? print(*parameters) : fail(parameters.error());
}

constexpr OptionSpec kOptions[] = {
    {"--all", {}, {}, "argocd-ignore: the count of every set, not only of those with an autoscaler in the input", {}},
    GROVEC_COMPILE_OPTIONS,
};

}  // namespace

extern const Command kGitopsCommand;
constinit const Command kGitopsCommand{
    "gitops",
    "be the plugin of a GitOps tool",
    "grovec gitops argocd-generate|argocd-parameters\n       grovec gitops argocd-ignore [OPTIONS] FILE...",
    "  grovec gitops argocd-generate      the application in this folder, for Argo CD\n"
    "  grovec gitops argocd-parameters    what the application can set\n"
    "  grovec gitops argocd-ignore *.yaml counts that are not Git's, as ignoreDifferences\n",
    kOptions,
    run};

}  // namespace grovec::cli
