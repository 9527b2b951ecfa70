#include "runtime/cli/krm/function_config.h"

#include <climits>
#include <cstdlib>

#include "ir/base/edit_distance.h"
#include "ir/value/writer.h"

namespace grovec::cli {

using namespace ir;

namespace {

constexpr std::string_view kOptions[] = {"api",  "assumeReplicas", "env", "failOn",         "includeRoot",
                                         "mode", "namespace",      "set", "operatorConfig", "values",
                                         "with"};
constexpr std::string_view kSourceFields[] = {"env", "set", "text"};

Error wrong(std::string_view option, std::string_view what) {
  return Error{"functionConfig: `" + std::string(option) + "` " + std::string(what), Error::kUsage};
}

Error unknown(std::string_view option, std::span<const std::string_view> known) {
  const std::string_view near = nearest_name(option, known);
  std::string list;
  for (std::string_view k : known) list += (list.empty() ? "" : ", ") + std::string(k);
  return wrong(option, near.empty() ? "is no option; there are " + list
                                    : "is no option; did you mean `" + std::string(near) + "`?");
}

std::string scalar_text(const Value& v) {
  return v.is_string() ? std::string(v.as_string()) : to_text(v, Format::kJson);
}

// A list of texts, or one text.
Result<std::vector<std::string>> texts_of(std::string_view option, const Value& v) {
  std::vector<std::string> out;
  if (v.is_string()) out.emplace_back(v.as_string());
  for (const Value& item : v.items()) {
    if (!item.is_string()) return wrong(option, "is a list of texts");
    out.emplace_back(item.as_string());
  }
  if (!v.is_string() && !v.is_sequence()) return wrong(option, "is a text or a list of texts");
  return out;
}

Result<std::vector<std::string>> paths_of(std::string_view option, const Value& v) {
  Result<std::vector<std::string>> texts = texts_of(option, v);
  if (!texts) return texts;
  for (const std::string& path : *texts)
    if (Result<std::string> inside = path_inside(option, path); !inside) return inside.error();
  return texts;
}

Result<Done> add_settings(std::string_view option, const Value& v, std::vector<std::string>& out) {
  if (!v.is_mapping()) return wrong(option, "is a mapping of names to values");
  for (const Member& m : v.members()) {
    if (m.value.is_mapping() || m.value.is_sequence()) return wrong(option, "has values that are texts or numbers");
    out.push_back(std::string(m.key) + "=" + scalar_text(m.value));
  }
  return Done{};
}

Result<Done> choose(std::string_view option, const Value& v, std::string_view no, std::string_view yes, bool& out) {
  const std::string_view text = v.as_string();
  if (text != no && text != yes) return wrong(option, "is `" + std::string(no) + "` or `" + std::string(yes) + "`");
  out = text == yes;
  return Done{};
}

Result<Done> set_list(Result<std::vector<std::string>> given, std::vector<std::string>& out) {
  if (!given) return given.error();
  out = std::move(*given);
  return Done{};
}

Result<Done> set_option(std::string_view name, const Value& v, KrmOptions& out) {
  driver::CompileRequest& r = out.request;
  if (name == "mode") return choose(name, v, "deploy", "objects", out.objects);
  if (name == "failOn") return choose(name, v, "error", "warn", out.fail_on_warning);
  if (name == "set") return add_settings(name, v, r.language.settings);
  if (name == "with") return set_list(paths_of(name, v), r.with);
  if (name == "values") return set_list(paths_of(name, v), r.language.value_files);
  if (name == "assumeReplicas") return add_settings(name, v, r.assume_replicas);
  if (name == "api") {
    bool extended = false;
    Result<Done> done = choose(name, v, "upstream", "extended", extended);
    if (extended) r.api = ApiMode::kExtended;
    return done;
  }
  if (!v.is_string()) return wrong(name, "is a text");
  const std::string text(v.as_string());
  if (name == "env") r.language.env = text;
  if (name == "namespace") r.namespace_ = text;
  if (name == "operatorConfig" || name == "includeRoot") {
    Result<std::string> inside = path_inside(name, text);
    if (!inside) return inside.error();
    (name == "includeRoot" ? r.language.include_root : r.operator_config) = text;
  }
  return Done{};
}

}  // namespace

Result<std::string> path_inside(std::string_view option, std::string_view path) {
  auto outside = [&] {
    return wrong(option, "names `" + std::string(path) + "`, which is outside of the working folder");
  };
  if (path.empty() || path[0] == '/') return outside();
  char here[PATH_MAX], there[PATH_MAX];
  const std::string text(path);
  if (!::realpath(".", here)) return Error{"the working folder cannot be resolved", Error::kIo};
  if (!::realpath(text.c_str(), there)) return wrong(option, "names `" + text + "`, which does not exist");
  const std::string root = std::string(here) == "/" ? "/" : std::string(here) + "/";
  if (!(std::string(there) + "/").starts_with(root)) return outside();
  return text;
}

Result<KrmOptions> krm_options(const Value& config) {
  KrmOptions out;
  out.request.language.include_root = ".";
  if (config.is_null() || config["kind"].as_string() == "GroveSource") return out;
  const bool is_map = config["kind"].as_string() == "ConfigMap";
  const Value& options = config[is_map ? "data" : "spec"];
  if (!options.is_null() && !options.is_mapping()) return wrong(is_map ? "data" : "spec", "is no mapping");
  for (const Member& m : options.members()) {
    if (std::find(std::begin(kOptions), std::end(kOptions), m.key) == std::end(kOptions))
      return unknown(m.key, kOptions);
    if (Result<Done> done = set_option(m.key, m.value, out); !done) return done.error();
  }
  return out;
}

Result<driver::LanguageOptions> source_language(const Value& source, const driver::LanguageOptions& base) {
  driver::LanguageOptions out = base;
  const Value& spec = source["spec"];
  for (const Member& m : spec.members())
    if (std::find(std::begin(kSourceFields), std::end(kSourceFields), m.key) == std::end(kSourceFields))
      return unknown(m.key, kSourceFields);
  if (!spec["text"].is_string())
    return Error{"a GroveSource needs `spec.text`, the text of a .grove file", Error::kContent};
  if (const Value* env = spec.find("env")) {
    if (!env->is_string()) return wrong("env", "is a text");
    out.env = env->as_string();
  }
  if (const Value* set = spec.find("set"))
    if (Result<Done> done = add_settings("set", *set, out.settings); !done) return done.error();
  return out;
}

}  // namespace grovec::cli
