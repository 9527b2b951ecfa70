// Variables that nothing defines: kubelet leaves such references as they are, and says nothing.
#include <algorithm>

#include "ir/base/edit_distance.h"
#include "ir/labels.h"
#include "passes/lint/lint.h"
#include "passes/lint/references.h"
#include "passes/rules/set/verify_spec.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

constexpr std::string_view kGroveNames[] = {keys::kEnvSetName,   keys::kEnvSetIndex,  keys::kEnvCliqueName,
                                            keys::kEnvService,   keys::kEnvPodIndex,  keys::kEnvGroupName,
                                            keys::kEnvGroupPods, keys::kEnvGroupIndex};

/// The variables of one container, and every text that may refer to them.
class ContainerVariables {
 public:
  ContainerVariables(const LintView& v, const Clique& clique, const ContainerAt& at)
      : v_(v), clique_(clique), at_(at), has_shell_(has_shell(at.container)) {
    for (const Value& entry : at.container["env"].items()) names_.push_back(entry["name"].as_string());
    has_imports_ = !at.container["envFrom"].items().empty();
  }

  void run() {
    std::size_t i = 0;
    for (const Value& entry : at_.container["env"].items()) {
      for (const Reference& r : kubelet_references(entry["value"].as_string()))
        kubelet_reference(entry["value"], r, i, at_.path() + ".env[" + std::to_string(i) + "].value");
      ++i;
    }
    for (const char* list : {"command", "args"}) {
      std::size_t n = 0;
      for (const Value& word : at_.container[list].items()) {
        if (word.as_string().find('$') != std::string_view::npos)
          command_word(word, at_.path() + "." + list + "[" + std::to_string(n) + "]");
        ++n;
      }
    }
    i = 0;
    for (const Value& mount : at_.container["volumeMounts"].items()) {
      for (const Reference& r : kubelet_references(mount["subPathExpr"].as_string()))
        kubelet_reference(mount["subPathExpr"], r, kAll,
                          at_.path() + ".volumeMounts[" + std::to_string(i) + "].subPathExpr");
      ++i;
    }
  }

 private:
  bool is_own(std::string_view name, std::size_t before) const {
    const std::size_t end = std::min(before, names_.size());
    return std::find(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(end), name) !=
           names_.begin() + static_cast<std::ptrdiff_t>(end);
  }
  bool is_grove(std::string_view name) const { return is_grove_variable(name, clique_.group.has_value()); }
  bool is_defined(std::string_view name, std::size_t before) const {
    return is_grove(name) || is_own(name, before) || is_service_variable(name) ||
           (has_imports_ && !name.starts_with("GROVE_"));
  }

  void kubelet_reference(const Value& text, const Reference& r, std::size_t before, const std::string& path) {
    if (is_defined(r.name, before)) return;
    const OriginId at = part_of(v_.context, text, r.at, r.length);
    if (before != kAll && is_own(r.name, kAll) && names_[before] != r.name) {
      const std::size_t later =
          static_cast<std::size_t>(std::find(names_.begin(), names_.end(), r.name) - names_.begin());
      v_.context.diags.report(at, diag::VariableDefinedLater, r.name)
          .note(at_.container["env"].items()[later]["name"].at(), diag::DeclaredHere, r.name)
          .path(path);
    } else {
      undefined(at, r.name, path);
    }
  }

  void undefined(OriginId at, std::string_view name, const std::string& path) {
    const bool is_group_name = is_grove_variable(name, true) && !clique_.group;
    if (is_group_name) {
      v_.context.diags.report(at, diag::GroupVariableOutside, name, clique_.name).path(path);
      return;
    }
    if (const schemas::FormerName* former = schemas::former_variable(name)) {
      v_.context.diags.report(at, diag::GroveVariableUnknown, name, schemas::story_text(*former)).path(path);
      return;
    }
    std::vector<std::string_view> known(std::begin(kGroveNames), std::end(kGroveNames));
    known.resize(clique_.group ? 8 : 5);
    known.insert(known.end(), names_.begin(), names_.end());
    std::erase(known, name);
    const std::string_view near = nearest_name(name, known);
    const std::string hint = near.empty() ? "" : "; did you mean `" + std::string(near) + "`?";
    if (name.starts_with("GROVE_"))
      v_.context.diags.report(at, diag::GroveVariableUnknown, name, hint).path(path);
    else
      v_.context.diags.report(at, diag::VariableUndefined, name, hint).path(path);
  }

  void command_word(const Value& word, const std::string& path) {
    const std::string_view text = word.as_string();
    const ShellText script(has_shell_ ? text : std::string_view());
    // In a shell, `$(date)` runs a program: only what looks like a variable is taken for one.
    for (const Reference& r : kubelet_references(text))
      if (!has_shell_ || (is_upper_name(r.name) && !script.is_comment(r.at))) kubelet_reference(word, r, kAll, path);
    for (const Reference& r : shell_references(text)) {
      if (has_shell_) {
        const bool is_expected = r.name.starts_with("GROVE_") || schemas::former_variable(r.name) != nullptr;
        if (is_expected && script.is_code(r.at) && !r.is_guarded && !is_defined(r.name, kAll) && !has_imports_)
          undefined(part_of(v_.context, word, r.at, r.length), r.name, path);
      } else if (needs_shell(text, r)) {
        const OriginId at = part_of(v_.context, word, r.at, r.length);
        DiagnosticBuilder found = v_.context.diags.report(at, diag::VariableNeedsShell, r.name);
        found.path(path);
        // What an alias repeats may be read by a shell where its anchor stands.
        if (v_.context.origins[at].why != OriginCause::kAlias) found.fix(at, "$(" + std::string(r.name) + ")");
      }
    }
  }

  // Without a shell in sight, `$NAME` stays as it is. An entrypoint of the image could be a shell, and programs have
  // languages of their own: a text that looks like a script is left alone unless the container defines the variable.
  bool needs_shell(std::string_view text, const Reference& r) const {
    if (r.is_guarded || !is_upper_name(r.name)) return false;
    if (r.at > 0 && text[r.at - 1] == '$') return false;  // `$$` is how kubelet is told to leave a `$`
    if (!at_.container["command"].items().empty() && (is_own(r.name, kAll) || is_grove(r.name))) return !is_code();
    const bool is_word = text.find_first_of(" \t\n;|&<>`") == std::string_view::npos;
    return is_word && !is_code();
  }

  // `python -c`, `perl -e`, `ssh host command`: the text is for another program to read.
  bool is_code() const {
    for (const char* list : {"command", "args"})
      for (const Value& word : at_.container[list].items())
        if (word.as_string() == "-c" || word.as_string() == "-e" || word.as_string() == "-lc" ||
            word.as_string().ends_with("ssh") || word.as_string().ends_with("envsubst"))
          return true;
    return false;
  }

  const LintView& v_;
  const Clique& clique_;
  const ContainerAt& at_;
  bool has_shell_, has_imports_ = false;
  std::vector<std::string_view> names_;
};

}  // namespace

void lint_variables(const LintView& v) {
  for (const Clique& c : v.set.cliques)
    for_each_container(c, [&](const ContainerAt& at) { ContainerVariables(v, c, at).run(); });
}

}  // namespace grovec::passes
