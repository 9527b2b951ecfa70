#include "runtime/input/load.h"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "frontend/dsl/lower/lower.h"
#include "ir/base/utf8.h"
#include "runtime/input/git_text.h"

namespace grovec::driver {

namespace {

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

// Symbolic links must not lead out of the folder either.
Result<std::string> load_include(const std::string& path, const std::string& root) {
  const std::string real = real_path(path), real_root = real_path(root);
  if (!real.empty() && !real_root.empty() && real_root != "/" && !real.starts_with(real_root + "/"))
    return Error{"`" + printable(path) + "` leads out of `" + printable(root) + "`", Error::kContent};
  // A pipe or a device would have the reader wait for somebody to write.
  struct stat st;
  if (::stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
    return Error{"`" + printable(path) + "` is no regular file", Error::kContent};
  return read_input({path});
}

Result<std::string> load_include_of(CommitTexts& commit, const std::string& path) {
  Result<std::optional<std::string>> text = commit.text(path);
  if (!text) return text.error();
  if (!*text) return Error{"`" + printable(path) + "` is not in commit `" + commit.ref() + "`", Error::kContent};
  return std::move(**text);
}

Result<Done> read_values(Context& context, const std::string& file, std::vector<ir::Value>& out) {
  Result<std::string> text = read_input({file});
  if (!text) return text.error();
  SourceId source = context.sources.add(display_name({file}), std::move(*text));
  const std::size_t before = context.diags.all().size();
  for (const frontend::Document& d : frontend::read_documents(context, source)) out.push_back(d.root);
  // Names of parameters may look like the truth values of YAML 1.1 (`n: 2`); here they are taken as written.
  std::vector<Diagnostic>& all = context.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                           [](const Diagnostic& d) { return d.info->code == diag::BooleanKey.code; }),
            all.end());
  return Done{};
}

Result<frontend::DslOptions> dsl_options(Context& context, const std::string& name, const LanguageOptions& language) {
  frontend::DslOptions options;
  options.env = language.env;
  options.root = language.include_root;
  if (Result<Done> settings = check_settings(language); !settings) return settings.error();
  for (const std::string& setting : language.settings) {
    std::size_t equals = setting.find('=');
    options.set_values.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  for (const std::string& file : language.value_files) {
    Result<Done> read = read_values(context, file, options.values);
    if (!read) return read.error();
  }
  const std::string root = language.include_root.empty() ? folder_of(name) : language.include_root;
  options.load = [root, commit = language.commit](const std::string& path) {
    return commit ? load_include_of(*commit, path) : load_include(path, root);
  };
  return options;
}

}  // namespace

Result<Done> check_settings(const LanguageOptions& language) {
  for (const std::string& setting : language.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos)
      return Error{"`--set " + setting + "` is not NAME=VALUE", Error::kUsage};
  }
  return Done{};
}

Result<Done> check_used(const LanguageOptions& language, bool any_grove) {
  const std::string_view option = !language.env.empty()            ? "--env"
                                  : !language.settings.empty()     ? "--set"
                                  : !language.value_files.empty()  ? "--values"
                                  : !language.include_root.empty() ? "--include-root"
                                                                   : "";
  if (option.empty() || any_grove) return Done{};
  return Error{"`" + std::string(option) + "` is for .grove files; the input has none", Error::kUsage};
}

Result<Done> check_used(const LanguageOptions& language, const std::vector<LoadedDocument>& documents) {
  return check_used(language, documents.empty() || std::any_of(documents.begin(), documents.end(),
                                                               [](const LoadedDocument& d) { return d.is_grove; }));
}

DocumentKind kind_of(const ir::Value& root) {
  std::string_view api = root["apiVersion"].as_string(), kind = root["kind"].as_string();
  if (api.empty() || kind.empty()) return DocumentKind::kUnknown;
  if (api == "grove.io/v1alpha1" && kind == "PodCliqueSet") return DocumentKind::kSet;
  if (api == "grove.io/v1alpha1" && kind == "ClusterTopologyBinding") return DocumentKind::kBinding;
  if (api.starts_with("resource.k8s.io/") && kind == "ResourceClaimTemplate") return DocumentKind::kClaimTemplate;
  return DocumentKind::kForeign;
}

Result<std::vector<LoadedDocument>> load_text(Context& context, std::string name, std::string text,
                                              const LanguageOptions& language) {
  const bool is_grove = frontend::is_grove_path(name) || (name == display_name({"-"}) && frontend::is_grove_text(text));
  SourceId source = context.sources.add(name, std::move(text));
  std::vector<frontend::Document> documents;
  if (is_grove) {
    Result<frontend::DslOptions> options = dsl_options(context, name, language);
    if (!options) return options.error();
    documents = frontend::read_grove(context, source, *options);
  } else {
    documents = frontend::unpack_lists(context, frontend::read_documents(context, source));
  }
  std::vector<LoadedDocument> out;
  for (const frontend::Document& d : documents) out.push_back({d, kind_of(d.root), &context, is_grove});
  return out;
}

Result<frontend::DslDeclarations> declarations_of(Context& context, std::string name, std::string text,
                                                  const LanguageOptions& language) {
  Result<frontend::DslOptions> options = dsl_options(context, name, language);
  if (!options) return options.error();
  const SourceId source = context.sources.add(std::move(name), std::move(text));
  return frontend::read_declarations(context, source, *options);
}

}  // namespace grovec::driver
