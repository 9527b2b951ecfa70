#include "runtime/cli/gitops/argocd.h"

#include <sys/stat.h>

#include <climits>
#include <cstdlib>
#include <map>

#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/syntax/reader.h"
#include "ir/base/utf8.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"
#include "runtime/driver/project_file.h"
#include "runtime/driver/surroundings.h"
#include "runtime/output/json_stream.h"

namespace grovec::cli {

using namespace ir;

namespace {

// The value of a variable, or empty.
std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

struct Parameters {
  std::string env, namespace_;
  std::vector<std::string> files, settings, values;
};

Error wrong(std::string_view name, std::string_view what) {
  return Error{"ARGOCD_APP_PARAMETERS: `" + std::string(name) + "` " + std::string(what), Error::kContent};
}

Result<Done> add_texts(std::string_view name, const Value& list, std::vector<std::string>& out) {
  out.clear();
  for (const Value& item : list.items()) {
    if (!item.is_string()) return wrong(name, "is an array of texts");
    out.emplace_back(item.as_string());
  }
  return Done{};
}

Result<Done> add_parameter(const Value& parameter, Parameters& out) {
  const std::string_view name = parameter["name"].as_string();
  if (name == "env" || name == "namespace") {
    const Value& text = parameter["string"];
    if (!text.is_string() && !text.is_null()) return wrong(name, "is a `string`");
    (name == "env" ? out.env : out.namespace_) = text.as_string();
    return Done{};
  }
  if (name == "files") return add_texts(name, parameter["array"], out.files);
  if (name == "values") return add_texts(name, parameter["array"], out.values);
  if (name != "set") return wrong(name, "is no parameter; there are env, files, namespace, set, values");
  for (const Member& m : parameter["map"].members()) {
    if (!m.value.is_string()) return wrong(name, "is a `map` of texts");
    if (!m.value.as_string().empty() || m.key.empty())
      out.settings.push_back(std::string(m.key) + "=" + std::string(m.value.as_string()));
  }
  return Done{};
}

Result<Parameters> read_parameters() {
  Parameters out;
  out.env = variable("ARGOCD_ENV_GROVE_ENV");
  out.files = lines_of(variable("ARGOCD_ENV_GROVE_FILES"));
  out.settings = lines_of(variable("ARGOCD_ENV_GROVE_SET"));
  std::string text = variable("ARGOCD_APP_PARAMETERS");
  if (text.empty()) return out;
  Context context;
  const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX));
  const SourceId source = context.sources.add("ARGOCD_APP_PARAMETERS", std::move(text));
  const std::optional<Value> root = read_json(context, source, 0, size);
  if (!root || (!root->is_sequence() && !root->is_null()))
    return Error{"ARGOCD_APP_PARAMETERS is no JSON list", Error::kContent};
  for (const Value& parameter : root->items())
    if (Result<Done> done = add_parameter(parameter, out); !done) return done.error();
  return out;
}

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

// The repository: the working folder without the application's path at its end.
std::string repository() {
  std::string here = real_path(".");
  const std::string path = "/" + variable("ARGOCD_APP_SOURCE_PATH");
  if (path.size() > 1 && path != "/." && here.size() > path.size() && here.ends_with(path))
    here.resize(here.size() - path.size());
  return here;
}

// Adds its size; refuses what lies outside.
Result<Done> check_file(const std::string& path, const std::string& root, std::size_t& bytes) {
  const std::string real = real_path(path);
  if (!real.empty() && root != "/" && !real.starts_with(root + "/"))
    return Error{"`" + printable(path) + "` leads out of the repository", Error::kContent};
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return Error{"cannot read `" + printable(path) + "`"};
  if (!S_ISREG(st.st_mode)) return Error{"`" + printable(path) + "` is no regular file", Error::kContent};
  bytes += static_cast<std::size_t>(st.st_size);
  if (bytes > kLargestArgoBytes) return Error{"the application has more than 64 MiB of manifests", Error::kContent};
  return Done{};
}

const driver::InputOptions kWholeApplication = {.recursive = true};

std::vector<std::string> operands_of(const Parameters& parameters) {
  return parameters.files.empty() ? std::vector<std::string>{"."} : parameters.files;
}

Result<std::vector<std::string>> application_files(const Parameters& parameters) {
  const std::string root = repository();
  Result<std::vector<driver::Input>> inputs = driver::expand_project(operands_of(parameters), kWholeApplication);
  if (!inputs) return inputs.error();
  std::size_t bytes = 0;
  std::vector<std::string> out;
  for (const driver::Input& input : *inputs) {
    if (input.path == "-") return Error{"`files` names files, not standard input", Error::kContent};
    if (Result<Done> done = check_file(input.path, root, bytes); !done) return done.error();
    out.push_back(input.path.starts_with("./") ? input.path.substr(2) : input.path);
  }
  for (const std::string& path : parameters.values)
    if (Result<Done> done = check_file(path, root, bytes); !done) return done.error();
  return out;
}

/// What .grove files declare.
struct Declared {
  std::vector<std::string> environments;
  std::map<std::string, std::string> parameters;  // with the text of the default

  void add(std::string_view text, const frontend::dsl::Tree& tree) {
    using frontend::dsl::StatementKind;
    for (const frontend::dsl::Statement& s : tree.body.statements) {
      if (s.kind == StatementKind::kEnv &&
          std::find(environments.begin(), environments.end(), s.name.text) == environments.end())
        environments.emplace_back(s.name.text);
      if (s.kind != StatementKind::kParam) continue;
      for (const frontend::dsl::Parameter& p : s.parameters) parameters[std::string(p.name.text)] = default_of(text, p);
    }
  }
  static std::string default_of(std::string_view text, const frontend::dsl::Parameter& p) {
    if (!p.has_default) return {};
    std::string_view value = text.substr(p.value.at.begin, p.value.at.end - p.value.at.begin);
    if (p.value.form == frontend::dsl::ValueForm::kString && value.size() >= 2)
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
};

}  // namespace

Result<driver::CompileRequest> argocd_request() {
  Result<Parameters> parameters = read_parameters();
  if (!parameters) return parameters.error();
  Result<std::vector<std::string>> files = application_files(*parameters);
  if (!files) return files.error();
  driver::CompileRequest out;
  out.operands = std::move(*files);
  out.language.env = parameters->env;
  out.language.settings = parameters->settings;
  out.language.value_files = parameters->values;
  out.namespace_ = parameters->namespace_;
  out.max_objects = kMostArgoObjects;
  if (Result<Done> project = driver::add_project(out, operands_of(*parameters), kWholeApplication); !project)
    return project.error();
  std::vector<std::string> named = out.with;
  if (!out.operator_config.empty() && out.operator_config != driver::kChartPreset) named.push_back(out.operator_config);
  std::size_t bytes = 0;
  for (const std::string& path : named)
    if (Result<Done> done = check_file(path, repository(), bytes); !done) return done.error();
  return out;
}

Result<std::string> argocd_parameters() {
  Result<std::vector<std::string>> files = application_files({});
  if (!files) return files.error();
  Declared declared;
  for (const std::string& path : *files) {
    if (!frontend::is_grove_path(path)) continue;
    Result<std::string> text = driver::read_input({path});
    if (!text) return text.error();
    Context context;
    const SourceId source = context.sources.add(path, std::move(*text));
    declared.add(context.sources.text(source), frontend::dsl::parse(context, source));
  }
  std::string title = "environment";
  for (std::size_t i = 0; i < declared.environments.size(); ++i)
    title += (i == 0 ? ": " : ", ") + declared.environments[i];
  std::string out;
  driver::JsonStream json(out);
  json.begin_list();
  json.begin_object().member("name", "env").member("title", std::string_view(title));
  json.member("collectionType", "string").member("string", "").end_object();
  json.begin_object().member("name", "set").member("title", "parameters of the .grove files");
  json.member("collectionType", "map").key("map").begin_object();
  for (const auto& [name, value] : declared.parameters) json.member(name, std::string_view(value));
  json.end_object().end_object();
  json.end_list();
  return out + "\n";
}

}  // namespace grovec::cli
