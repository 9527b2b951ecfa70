#include "runtime/driver/check.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "ir/base/render.h"
#include "runtime/driver/check_file.h"
#include "runtime/driver/environments.h"
#include "runtime/driver/names_of_sets.h"
#include "runtime/driver/parallel.h"
#include "runtime/driver/patterns.h"
#include "runtime/driver/project_file.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/git_text.h"
#include "runtime/input/walked.h"

namespace grovec::driver {

using namespace ir;

namespace {

/// Operands one by one, so that a missing file does not hide the others.
std::vector<Input> inputs_of(const CheckRequest& request, CheckReport& report, std::optional<Error>& usage) {
  std::vector<Input> out;
  std::vector<std::vector<std::string>> groups;
  if (request.operands.empty()) groups.push_back({});
  for (const std::string& operand : request.operands) groups.push_back({operand});
  InputOptions options = request.input;
  options.unreadable = &report.errors;
  options.as_walked = request.only_manifests;
  for (const std::vector<std::string>& group : groups) {
    Result<std::vector<Input>> found = expand_inputs(group, options);
    if (found)
      out.insert(out.end(), found->begin(), found->end());
    else if (found.error().kind == Error::kUsage)
      usage = found.error();
    else
      report.errors.push_back(found.error());
  }
  const auto streams = std::count_if(out.begin(), out.end(), [](const Input& i) { return i.path == "-"; });
  if (streams + (request.old_file == "-") > 1) usage = Error{"`-` can be named only once", Error::kUsage};
  if (streams > 0 && !request.old_ref.empty())
    usage = Error{"`--old-ref` needs files, not standard input", Error::kUsage};
  if (Result<Done> settings = check_settings(request.language); !settings) usage = settings.error();
  return out;
}

/// Entries of `.grovec.yaml` that spoke about some file here and silenced nothing.
void report_unused_entries(const CheckRequest& request, const SuppressionFile& file, std::size_t scope,
                           CheckReport& report) {
  CheckedFile out;
  out.name = file.path;
  for (std::size_t i = 0; i < file.entries.size(); ++i) {
    std::uint8_t seen = 0;
    for (const CheckedFile& f : report.files)
      if (f.scope == scope && i < f.entries_seen.size()) seen |= f.entries_seen[i];
    if (seen != kEntryApplies) continue;
    std::string code = code_text(file.entries[i].code);
    const DiagArg arg[] = {DiagArg(code)};
    Finding f{&diag::SuppressionUnused,
              Severity::kWarning,
              format_diagnostic(diag::SuppressionUnused.text, arg),
              {},
              {file.path, file.entries[i].begin, file.entries[i].end},
              {},
              {},
              {}};
    if (request.render_text)
      f.text = file.path + ":" + std::to_string(f.place.begin.line) + ":" + std::to_string(f.place.begin.column) +
               ": warning: " + f.message + " [" + code_text(f.info->code) + "]\n";
    out.findings.push_back(std::move(f));
  }
  if (!out.findings.empty()) report.files.push_back(std::move(out));
}

const std::string& config_of(const CheckRequest& request, const SuppressionFile& file) {
  return request.operator_config.empty() ? file.operator_config : request.operator_config;
}

/// The project file as it is in the commit of `--config-ref`; says what the working tree adds to it.
Result<SuppressionFile> at_config_ref(const CheckRequest& request, CommitTexts& commit, SuppressionFile now,
                                      CheckReport& report) {
  if (request.config_ref.empty() || now.path.empty()) return now;
  Result<std::optional<std::string>> text = commit.text(now.path);
  if (!text) return text.error();
  SuppressionFile base;
  base.path = now.path;
  if (*text) {
    Result<SuppressionFile> read = read_suppression_text(now.path, std::move(**text));
    if (!read) return read.error();
    base = std::move(*read);
  }
  auto has = [&](const IgnoreEntry& e) {
    return std::any_of(base.entries.begin(), base.entries.end(),
                       [&](const IgnoreEntry& b) { return b.code == e.code && b.files == e.files; });
  };
  for (const IgnoreEntry& e : now.entries)
    if (!has(e)) report.added_suppressions.push_back(now.path + ": suppresses " + code_text(e.code));
  for (const auto& [code, level] : now.levels)
    if (auto b = base.levels.find(code); b == base.levels.end() || b->second != level)
      report.added_suppressions.push_back(now.path + ": changes the level of " + code_text(code));
  for (const std::string& glob : now.exclude)
    if (std::find(base.exclude.begin(), base.exclude.end(), glob) == base.exclude.end())
      report.added_suppressions.push_back(now.path + ": excludes `" + glob + "`");
  return base;
}

std::unique_ptr<Scope> make_scope(const CheckRequest& request, SuppressionFile file) {
  auto scope = std::make_unique<Scope>();
  scope->file = std::move(file);
  Environment& environment = scope->environment;
  environment.api = request.api;
  const std::string& space = request.namespace_.empty() ? scope->file.namespace_ : request.namespace_;
  if (!space.empty()) {
    environment.default_namespace = space;
    environment.namespace_is_fixed = !request.namespace_.empty();
  }
  return scope;
}

/// A scope for each `.grovec.yaml`; files that it excludes go. The first scope serves files without one.
Result<Done> make_scopes(const CheckRequest& request, Commits& commits, std::vector<Input>& inputs, CheckReport& report,
                         std::vector<std::unique_ptr<Scope>>& scopes, std::vector<std::size_t>& scope_of) {
  std::map<std::string, std::size_t> by_path;
  std::map<std::string, std::string> by_folder;
  auto add = [&](SuppressionFile file) -> Result<Done> {
    Result<SuppressionFile> base = at_config_ref(request, commits.config, std::move(file), report);
    if (!base) return base.error();
    scopes.push_back(make_scope(request, std::move(*base)));
    return Done{};
  };
  if (Result<Done> first = add(request.suppressions); !first) return first;
  std::vector<Input> kept;
  for (Input& input : inputs) {
    std::size_t scope = 0;
    if (request.suppressions.path.empty()) {
      auto [known, is_new] = by_folder.emplace(folder_of(input.path) + "\n" + input.operand, std::string());
      if (is_new) known->second = find_project_file(input.path, input.operand.empty() ? input.path : input.operand);
      if (!known->second.empty()) {
        auto [place, is_first] = by_path.emplace(known->second, scopes.size());
        if (is_first) {
          Result<SuppressionFile> file = read_project_file(known->second);
          if (!file) return file.error();
          if (Result<Done> made = add(std::move(*file)); !made) return made;
        }
        scope = place->second;
      }
    }
    const SuppressionFile& file = scopes[scope]->file;
    if (input.is_walked && names_path(file, file.exclude, input.path)) continue;
    scope_of.push_back(scope);
    kept.push_back(std::move(input));
  }
  inputs = std::move(kept);
  return Done{};
}

/// What surrounds the sets of each scope; objects of the input count as objects of the cluster, wherever they stand.
Result<Done> read_scopes(const CheckRequest& request, const FileChecks& checks,
                         const std::vector<std::unique_ptr<Scope>>& scopes) {
  std::vector<LoadedDocument> documents;
  for (const auto& c : checks) c->add_surroundings(documents);
  for (const auto& scope : scopes) {
    std::vector<std::size_t> findings;
    for (const auto& c : checks) findings.push_back(c->findings());
    const std::vector<std::string>& with = request.with.empty() ? scope->file.with : request.with;
    Result<Done> read = read_surroundings(scope->context, with, config_of(request, scope->file), documents,
                                          scope->environment.default_namespace, scope->facts);
    if (!read) return read;
    for (std::size_t i = 0; i < checks.size(); ++i) checks[i]->keep_repeats(findings[i], scope == scopes.front());
  }
  return Done{};
}

/// A scaler and the set it scales may stand in different files.
void lint_scalers(const FileChecks& checks) {
  passes::ScalingFacts facts;
  for (const auto& c : checks) facts.scalers.insert(facts.scalers.end(), c->scalers().begin(), c->scalers().end());
  if (facts.scalers.empty()) return;
  for (const auto& c : checks)
    for (passes::ScaledSet& set : c->scaled_sets()) facts.sets.push_back(std::move(set));
  if (!facts.empty())
    for (const auto& c : checks) c->lint_scalers(facts);
}

/// Sets that are called the same, and objects of different sets that are. Of one environment: in another one, the sets
/// of the same file are there instead.
void find_names(const FileChecks& checks, const std::vector<Input>& inputs) {
  std::map<std::string, std::vector<CompiledSet*>> of_environment;
  for (std::size_t i = 0; i < checks.size(); ++i)
    for (const auto& set : checks[i]->sets()) of_environment[inputs[i].env].push_back(set.get());
  Arena arena;
  for (auto& [env, sets] : of_environment) {
    std::stable_sort(sets.begin(), sets.end(),
                     [](const CompiledSet* a, const CompiledSet* b) { return comes_before(*a, *b); });
    find_equal_sets(sets);
    std::erase_if(sets, [](const CompiledSet* set) { return FileCheck::has_any_error(*set); });
    find_names_across_sets(arena, sets);
  }
}

/// Old sets of the input's files and folders that no document is called any more.
std::vector<std::string> removed_sets(const CheckRequest& request, const std::vector<OldSet>& old_sets,
                                      const std::vector<CheckedFile>& files,
                                      const std::vector<std::unique_ptr<Scope>>& scopes) {
  std::set<std::pair<std::string, std::string>> now;
  // The namespace that the project file above the old place gives; without one, the default.
  auto space_of = [&](const OldSet& o) {
    if (!o.namespace_.empty()) return o.namespace_;
    const Scope* nearest = scopes.front().get();
    std::size_t longest = 0;
    for (const auto& scope : scopes) {
      const std::string folder = scope->file.path.empty() ? "" : real_path(folder_of(scope->file.path));
      if (folder.size() <= longest || !o.path.starts_with(folder + "/")) continue;
      longest = folder.size();
      nearest = scope.get();
    }
    return nearest->environment.default_namespace;
  };
  const std::string fallback = scopes.front()->environment.default_namespace;
  for (const CheckedFile& f : files)
    for (const CheckedDocument& d : f.documents)
      if (d.kind == "PodCliqueSet" && !f.is_no_manifest)
        now.emplace(d.namespace_.empty() ? fallback : d.namespace_, d.name);
  std::vector<std::string> out;
  for (const OldSet& o : old_sets)
    if (!now.contains({space_of(o), o.name}) && is_below(o.path, request.operands))
      out.push_back(space_of(o) + "/" + o.name + " (" + o.shown + ")");
  return out;
}

}  // namespace

Result<CheckReport> check(const CheckRequest& request, const Progress& progress) {
  CheckReport report;
  report.may_be_empty = request.allow_none || request.only_manifests;
  std::optional<Error> usage;
  std::vector<Input> inputs = inputs_of(request, report, usage);
  if (usage) return *usage;
  if (request.env_all) inputs = with_environments(inputs, request.language);
  if (!request.old_ref.empty() && !inputs.empty()) {
    Result<Done> known = check_git_ref(folder_of(inputs[0].path), request.old_ref);
    if (!known) return known.error();
  }
  Commits commits{CommitTexts(request.old_ref), CommitTexts(request.config_ref)};
  std::vector<std::unique_ptr<Scope>> scopes;
  std::vector<std::size_t> scope_of;
  Result<Done> made = make_scopes(request, commits, inputs, report, scopes, scope_of);
  if (!made) return made.error();

  std::string old_text;
  if (!request.old_file.empty()) {
    Result<std::string> old = read_input({request.old_file});
    if (!old) return old.error();
    old_text = std::move(*old);
  }

  if (!request.old_ref.empty() && !inputs.empty()) {
    Result<OldSets> found = sets_at_ref(folder_of(inputs[0].path), commits.old, request.language);
    if (!found) return found.error();
    commits.of_old = std::move(*found);
  }

  const std::map<std::string, std::string> patches = patches_of(inputs);
  FileChecks checks;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto patch = patches.find(inputs[i].path);
    checks.push_back(std::make_unique<FileCheck>(request, *scopes[scope_of[i]], old_text, commits, inputs[i],
                                                 patch == patches.end() ? nullptr : &patch->second, i));
  }
  in_parallel(inputs.size(), request.threads, {}, [&](std::size_t i) { checks[i]->load(); });
  const bool any_read = std::any_of(checks.begin(), checks.end(), [](const auto& c) { return !c->is_unreadable(); });
  const bool any_language = std::any_of(checks.begin(), checks.end(), [](const auto& c) { return c->is_grove(); });
  if (Result<Done> used = check_used(request.language, any_language || !any_read); !used) return used.error();
  if (Result<Done> read = read_scopes(request, checks, scopes); !read) return read.error();
  in_parallel(inputs.size(), request.threads, progress, [&](std::size_t i) { checks[i]->check(); });
  find_names(checks, inputs);
  lint_scalers(checks);
  std::vector<CheckedFile> files(inputs.size());
  in_parallel(inputs.size(), request.threads, {}, [&](std::size_t i) {
    files[i] = checks[i]->finish();
    files[i].scope = scope_of[i];
  });

  for (const auto& scope : scopes) {
    if (scope->context.diags.all().empty()) continue;
    CheckedFile around;
    scope->context.diags.sort(scope->context.origins);
    for (const Diagnostic& d : scope->context.diags.all())
      around.findings.push_back(FileCheck::finding(scope->context, d, request));
    report.files.push_back(std::move(around));
  }
  if (request.env_all) say_common_findings_once(inputs, files);
  report.removed = removed_sets(request, commits.of_old.sets, files, scopes);
  const bool is_walk = std::any_of(inputs.begin(), inputs.end(), [](const Input& i) { return i.is_walked; });
  const bool any_grove =
      std::any_of(files.begin(), files.end(), [](const CheckedFile& f) { return f.grove_documents > 0; });
  if (is_walk && !any_grove && !request.allow_none && !request.only_manifests)
    for (const std::string& operand : request.operands)
      report.none_below += (report.none_below.empty() ? "" : ", ") + operand;
  for (CheckedFile& f : files) report.files.push_back(std::move(f));
  for (std::size_t i = 0; i < scopes.size(); ++i) report_unused_entries(request, scopes[i]->file, i, report);
  return report;
}

}  // namespace grovec::driver
