#include "runtime/cli/compiling.h"

#include <unistd.h>

#include <charconv>

#include "ir/base/edit_distance.h"
#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "runtime/driver/project_file.h"
#include "runtime/driver/version.h"

namespace grovec::cli {

std::vector<std::string> operands_of(const Options& options) {
  std::vector<std::string> out = options.all("--filename");
  out.insert(out.end(), options.operands().begin(), options.operands().end());
  return out;
}

Result<unsigned> threads_of(const Options& options) {
  if (!options.has("--jobs")) return 0u;
  unsigned threads = 0;
  const std::string_view n = options.get("--jobs");
  auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), threads);
  if (error != std::errc() || end != n.data() + n.size() || threads == 0 || threads > 1024)
    return Error{"`--jobs` needs a number from 1 to 1024", Error::kUsage};
  return threads;
}

namespace {

/// `1.35`, `v1.35`, `1.35.4`, and what clusters say of themselves: `v1.35.4-gke.100`, `v1.35.4+k3s1`.
bool is_known_version(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  if (!version.starts_with(driver::kKubernetesVersion)) return false;
  version.remove_prefix(driver::kKubernetesVersion.size());
  if (version.empty()) return true;
  if (version[0] != '.' || version.size() < 2) return false;
  const std::size_t end = version.find_first_not_of("0123456789", 1);
  return end == std::string_view::npos || (end > 1 && (version[end] == '-' || version[end] == '+'));
}

}  // namespace

Result<Done> add_project(driver::CompileRequest& request) {
  return driver::add_project(request, request.operands, request.input);
}

Result<driver::CompileRequest> compile_request(const Options& options, bool with_project) {
  driver::CompileRequest r;
  r.operands = operands_of(options);
  r.manifests_only = true;
  r.input.recursive = options.has("--recursive");
  r.input.exclude = options.all("--exclude");
  r.input.stdin_name = options.get("--stdin-filename");
  r.with = options.all("--with");
  r.operator_config = options.get("--operator-config");
  r.language.env = options.get("--env");
  r.language.settings = options.all("--set");
  r.language.value_files = options.all("--values");
  r.language.include_root = options.get("--include-root");
  r.namespace_ = options.get("--namespace");
  r.init_image = options.get("--initc-image");
  r.assume_replicas = options.all("--assume-replicas");
  if (options.get("--api") == "extended") r.api = ir::ApiMode::kExtended;
  std::string_view version = options.get("--kubernetes-version", driver::kKubernetesVersion);
  if (!is_known_version(version))
    return Error{"there are no tables for Kubernetes `" + std::string(version) +
                     "`; known versions: " + std::string(driver::kKubernetesVersion),
                 Error::kUsage};
  if (options.has("--max-objects")) {
    std::string_view n = options.get("--max-objects");
    auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), r.max_objects);
    if (error != std::errc() || end != n.data() + n.size())
      return Error{"`--max-objects` needs a number", Error::kUsage};
  }
  Result<unsigned> threads = threads_of(options);
  if (!threads) return threads.error();
  r.threads = *threads;
  if (with_project)
    if (Result<Done> project = add_project(r); !project) return project.error();
  return r;
}

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "`" : ", `") + printable(w) + "`";
  return out;
}

/// A kind of the input that was probably meant to be PodCliqueSet.
std::string near_kind(const driver::Compilation& c) {
  constexpr std::string_view kKinds[] = {"PodCliqueSet"};
  for (const driver::LoadedDocument& d : c.foreign) {
    const std::string_view kind = d.document.root["kind"].as_string();
    if (kind != kKinds[0] && !nearest_name(kind, kKinds).empty())
      return "; `" + std::string(kind) + "`: did you mean `PodCliqueSet`?";
  }
  return {};
}

std::string near_selection(const driver::Compilation& c, const driver::Selection& selection) {
  auto near = [](const std::vector<std::string>& wanted, const std::vector<std::string_view>& names) -> std::string {
    for (const std::string& word : wanted)
      if (const std::string_view name = nearest_name(word, names); !name.empty() && name != word)
        return "; did you mean `" + std::string(name) + "`?";
    return {};
  };
  std::vector<std::string_view> sets, groups, cliques;
  for (const auto& set : c.sets) {
    const ir::PodCliqueSet& spec = set->module.spec;
    sets.push_back(spec.name);
    for (const ir::ScalingGroup& g : spec.groups) groups.push_back(g.name);
    for (const ir::Clique& q : spec.cliques) cliques.push_back(q.name);
  }
  std::string out = near(selection.sets, sets);
  if (out.empty()) out = near(selection.groups, groups);
  return out.empty() ? near(selection.cliques, cliques) : out;
}

}  // namespace

int report_nothing(const driver::Compilation& c, const driver::Selection& selection,
                   const std::vector<std::string>& operands) {
  if (c.sets.empty()) return fail(kFound, "no PodCliqueSet in " + joined(operands) + near_kind(c));
  if (selection.empty()) return kClean;
  for (const auto& set : c.sets) {
    const driver::SetView view(set->world, *set->directory);
    if (view.is_selected(selection) && !driver::outline(view, selection).empty()) return kClean;
  }
  return fail(kFound,
              "no PodCliqueSet in " + joined(operands) + " has what `--select` names" + near_selection(c, selection));
}

void print_findings(const std::vector<const Context*>& contexts) {
  std::string text;
  std::uint16_t first = 0;
  for (const Context* context : contexts)
    for (const Diagnostic& d : context->diags.all()) {
      if (is_quiet() && d.severity != Severity::kError) continue;
      render(d, *context, {.color = use_color(STDERR_FILENO)}, text);
      if (first == 0) first = d.info->code;
    }
  if (first != 0 && !is_quiet()) text += explain_hint(first);
  print_error(text);
}

std::string explain_hint(std::uint16_t code) {
  return "`grovec explain " + code_text(code) + "` tells what a code means\n";
}

std::unique_ptr<driver::Compilation> compile_or_report(const Options& options, driver::CompileRequest request,
                                                       int& exit_code) {
  Result<std::unique_ptr<driver::Compilation>> done = driver::compile(request);
  if (!done) {
    exit_code = fail(done.error());
    return nullptr;
  }
  std::unique_ptr<driver::Compilation> c = std::move(*done);
  if (Result<driver::SuppressionFile> project = driver::project_file_of(request.operands, request.input))
    driver::quiet_warnings(c->context, *project);
  driver::ProjectFiles projects;
  const Result<std::vector<driver::Input>> inputs = driver::expand_project(request.operands, request.input);
  for (std::size_t i = 0; inputs && i < std::min(inputs->size(), c->files.size()); ++i)
    if (Result<const driver::SuppressionFile*> file = projects.of((*inputs)[i]))
      driver::quiet_warnings(*c->files[i], *file ? **file : driver::SuppressionFile());
  bool refused = c->failed();
  if (options.get("--fail-on") == "warn")
    for (const Context* context : c->contexts())
      for (const Diagnostic& d : context->diags.all()) refused |= d.severity == Severity::kWarning;
  print_findings(c->contexts());
  exit_code = refused ? kFound : kClean;
  return refused ? nullptr : std::move(c);
}

}  // namespace grovec::cli
