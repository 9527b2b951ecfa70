// gitops: the sides of grovec that other tools call.
#include <unistd.h>

#include "ir/base/render.h"
#include "ir/value/writer.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/gitops/argocd.h"
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

int run(const Options& options) {
  const std::vector<std::string>& words = options.operands();
  if (words.size() != 1) return fail(kUsage, "say `argocd-generate` or `argocd-parameters`");
  if (words[0] == "argocd-generate") return argocd_generate();
  if (words[0] != "argocd-parameters")
    return fail(kUsage, "`gitops` knows no `" + words[0] + "`; say `argocd-generate` or `argocd-parameters`");
  Result<std::string> parameters = argocd_parameters();
  return parameters ? print(*parameters) : fail(parameters.error());
}

}  // namespace

extern const Command kGitopsCommand;
constinit const Command kGitopsCommand{
    "gitops",
    "be the plugin of a GitOps tool",
    "grovec gitops argocd-generate|argocd-parameters",
    "  grovec gitops argocd-generate      the application in this folder, for Argo CD\n"
    "  grovec gitops argocd-parameters    what the application can set\n",
    {},
    run};

}  // namespace grovec::cli
