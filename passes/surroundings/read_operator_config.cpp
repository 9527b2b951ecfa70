#include <algorithm>

#include "ir/base/edit_distance.h"
#include "ir/duration.h"
#include "passes/path.h"
#include "passes/places.h"
#include "passes/rules/text_rules.h"
#include "passes/surroundings/read_environment.h"
#include "passes/wording.h"
#include "schemas/former_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kApi = "operator.config.grove.io/v1alpha1";
constexpr std::string_view kKind = "OperatorConfiguration";
constexpr std::string_view kProfiles[] = {"default-scheduler", "kai-scheduler", "volcano", "lpx-scheduler"};

enum class Shape : std::uint8_t { kObject, kBool, kInt, kNumber, kText, kDuration, kTexts, kProfiles, kAny };

/// A field of the file. `rule` is a list of words, or a limit: ">0", ">=0".
struct Setting {
  std::string_view path;
  Shape shape;
  std::string_view rule;
};

constexpr Setting kSettings[] = {
    {"apiVersion", Shape::kText, ""},
    {"authorizer", Shape::kObject, ""},
    {"authorizer.enabled", Shape::kBool, ""},
    {"authorizer.exemptServiceAccountUserNames", Shape::kTexts, ""},
    {"controllers", Shape::kObject, ""},
    {"controllers.podClique", Shape::kObject, ""},
    {"controllers.podClique.concurrentSyncs", Shape::kInt, ">0"},
    {"controllers.podCliqueScalingGroup", Shape::kObject, ""},
    {"controllers.podCliqueScalingGroup.concurrentSyncs", Shape::kInt, ">0"},
    {"controllers.podCliqueSet", Shape::kObject, ""},
    {"controllers.podCliqueSet.concurrentSyncs", Shape::kInt, ">0"},
    {"controllers.podGang", Shape::kObject, ""},
    {"controllers.podGang.concurrentSyncs", Shape::kInt, ">0"},
    {"debugging", Shape::kObject, ""},
    {"debugging.enableProfiling", Shape::kBool, ""},
    {"debugging.pprofBindHost", Shape::kText, ""},
    {"debugging.pprofBindPort", Shape::kInt, ""},
    {"kind", Shape::kText, ""},
    {"leaderElection", Shape::kObject, ""},
    {"leaderElection.enabled", Shape::kBool, ""},
    {"leaderElection.leaseDuration", Shape::kDuration, ">0"},
    {"leaderElection.renewDeadline", Shape::kDuration, ">0"},
    {"leaderElection.resourceLock", Shape::kText, ""},
    {"leaderElection.resourceName", Shape::kText, ""},
    {"leaderElection.resourceNamespace", Shape::kText, ""},
    {"leaderElection.retryPeriod", Shape::kDuration, ">0"},
    {"logFormat", Shape::kText, "json text"},
    {"logLevel", Shape::kText, "info debug error"},
    {"metadata", Shape::kAny, ""},
    {"network", Shape::kObject, ""},
    {"network.autoMNNVLEnabled", Shape::kBool, ""},
    {"runtimeClientConnection", Shape::kObject, ""},
    {"runtimeClientConnection.acceptContentTypes", Shape::kText, ""},
    {"runtimeClientConnection.burst", Shape::kInt, ">=0"},
    {"runtimeClientConnection.contentType", Shape::kText, ""},
    {"runtimeClientConnection.qps", Shape::kNumber, ""},
    {"scheduler", Shape::kObject, ""},
    {"scheduler.defaultProfileName", Shape::kText, ""},
    {"scheduler.profiles", Shape::kProfiles, ""},
    {"server", Shape::kObject, ""},
    {"server.healthProbes", Shape::kObject, ""},
    {"server.healthProbes.bindAddress", Shape::kText, ""},
    {"server.healthProbes.enable", Shape::kBool, ""},
    {"server.healthProbes.port", Shape::kInt, ""},
    {"server.metrics", Shape::kObject, ""},
    {"server.metrics.bindAddress", Shape::kText, ""},
    {"server.metrics.port", Shape::kInt, ""},
    {"server.webhooks", Shape::kObject, ""},
    {"server.webhooks.bindAddress", Shape::kText, ""},
    {"server.webhooks.certProvisionMode", Shape::kText, "auto manual"},
    {"server.webhooks.port", Shape::kInt, ""},
    {"server.webhooks.secretName", Shape::kText, ""},
    {"server.webhooks.serverCertDir", Shape::kText, ""},
    {"topologyAwareScheduling", Shape::kObject, ""},
    {"topologyAwareScheduling.enabled", Shape::kBool, ""},
};

std::string_view wanted(Shape shape) {
  switch (shape) {
    case Shape::kObject:
      return "an object";
    case Shape::kBool:
      return "true or false";
    case Shape::kInt:
      return "a whole number";
    case Shape::kNumber:
      return "a number";
    case Shape::kTexts:
    case Shape::kProfiles:
      return "a list";
    default:
      return "a string";
  }
}

bool has_shape(const Value& v, Shape shape) {
  bool number = v.is_int() || v.kind() == ValueKind::kDouble;
  switch (shape) {
    case Shape::kObject:
      return v.is_mapping();
    case Shape::kBool:
      return v.is_bool();
    case Shape::kInt:
      return v.is_int();
    case Shape::kNumber:
      return number;
    case Shape::kTexts:
    case Shape::kProfiles:
      return v.is_sequence();
    case Shape::kText:
    case Shape::kDuration:
      return v.is_string();
    case Shape::kAny:
      return true;
  }
  return true;
}

class Reader {
 public:
  Reader(Context& context, std::string_view above) : context_(context), above_(above) {}

  void fields(const Value& v, const std::string& prefix) {
    for (const Member& m : v.members()) {
      std::string path = prefix.empty() ? std::string(m.key) : prefix + "." + std::string(m.key);
      auto setting =
          std::find_if(std::begin(kSettings), std::end(kSettings), [&](const Setting& s) { return s.path == path; });
      if (setting == std::end(kSettings))
        unknown(m, path, prefix);
      else if (!m.value.is_null())
        value(m.value, *setting, path);
    }
  }

  OperatorConfig config(const Value& v, OperatorConfig c) {
    c.topology_aware_scheduling = v["topologyAwareScheduling"]["enabled"].as_bool();
    c.auto_mnnvl = v["network"]["autoMNNVLEnabled"].as_bool();
    if (const Value* s = v.find("scheduler")) scheduler(*s, c);
    return c;
  }

  void leader_election(const Value& v) {
    if (!v["enabled"].as_bool()) return;
    auto lease = parse_duration(v.find("leaseDuration") ? v["leaseDuration"].as_string() : "15s");
    auto renew = parse_duration(v.find("renewDeadline") ? v["renewDeadline"].as_string() : "10s");
    if (lease && renew && *lease <= *renew)
      bad(v[v.find("leaseDuration") ? "leaseDuration" : "renewDeadline"], "leaderElection.leaseDuration",
          "it must be above `renewDeadline`");
    for (std::string_view field : {"resourceLock", "resourceName"})
      if (v.find(field) && v[field].as_string().empty())
        bad(v[field], "leaderElection." + std::string(field), "it must be given while leader election is on");
  }

 private:
  void bad(const Value& v, const std::string& path, std::string_view rule) {
    std::string text = v.is_int() ? std::to_string(v.as_int()) : std::string(v.as_string());
    context_.diags.report(v.at(), diag::ConfigBadValue, path, text, rule).path(path);
  }

  void unknown(const Member& m, const std::string& path, const std::string& prefix) {
    std::vector<std::string_view> names;
    for (const Setting& s : kSettings) {
      std::size_t dot = s.path.rfind('.');
      std::string_view parent = dot == std::string_view::npos ? std::string_view() : s.path.substr(0, dot);
      if (parent == prefix) names.push_back(dot == std::string_view::npos ? s.path : s.path.substr(dot + 1));
    }
    const schemas::FormerName* former = schemas::former_setting(path);
    std::string_view meant = former ? former->meant : nearest_name(m.key, names);
    std::string hint = former          ? schemas::story_text(*former)
                       : meant.empty() ? std::string()
                                       : "; did you mean `" + std::string(meant) + "`?";
    DiagnosticBuilder b = context_.diags.report(m.key_at, diag::ConfigUnknownField, above_ + path, hint);
    b.path(above_ + path);
    const std::string there = prefix.empty() ? std::string(meant) : prefix + "." + std::string(meant);
    for (const Setting& s : kSettings)
      if (s.path == there && has_shape(m.value, s.shape)) b.fix(m.key_at, std::string(meant));
  }

  void value(const Value& v, const Setting& s, const std::string& path) {
    if (!has_shape(v, s.shape)) {
      context_.diags.report(v.at(), diag::ConfigWrongType, path, wanted(s.shape), json_kind(v)).path(path);
      return;
    }
    if (s.shape == Shape::kObject) return fields(v, path);
    if (s.shape == Shape::kDuration) {
      std::optional<std::int64_t> ns = parse_duration(v.as_string());
      if (!ns)
        context_.diags.report(v.at(), diag::BadDuration, v.as_string()).path(path);
      else if (*ns <= 0)
        bad(v, path, "it must be positive");
    } else if (s.rule == ">0" && v.as_int() <= 0) {
      bad(v, path, "it must be positive");
    } else if (s.rule == ">=0" && v.as_int() < 0) {
      bad(v, path, "it cannot be negative");
    } else if (s.shape == Shape::kText && !s.rule.empty() && !v.as_string().empty()) {
      one_of(v, s.rule, path);
    } else if (s.shape == Shape::kTexts) {
      for (const Value& item : v.items())
        if (!item.is_string())
          context_.diags.report(item.at(), diag::ConfigWrongType, path, "a list of strings", json_kind(item))
              .path(path);
    }
  }

  void one_of(const Value& v, std::string_view words, const std::string& path) {
    std::string list;
    for (std::size_t from = 0; from < words.size();) {
      std::size_t end = std::min(words.find(' ', from), words.size());
      std::string_view word = words.substr(from, end - from);
      if (word == v.as_string()) return;
      list += (list.empty() ? "`" : ", `") + std::string(word) + "`";
      from = end + 1;
    }
    bad(v, path, "it must be one of " + list);
  }

  // Upstream: no profiles = default-scheduler alone, whatever default was named; else it is appended where it is
  // missing.
  void scheduler(const Value& v, OperatorConfig& c) {
    if (const Value* profiles = v.find("profiles"); profiles || v.is_null()) {
      c.profiles.clear();
      for (std::size_t i = 0; profiles && i < profiles->items().size(); ++i) profile(profiles->items()[i], i, c);
      if (!profiles || profiles->size() == 0) {
        c.profiles = OperatorConfig().profiles;
        return;
      }
      if (!c.is_enabled("default-scheduler")) c.profiles.push_back("default-scheduler");
    } else if (above_.empty()) {
      return;
    }
    const Value* name = v.find("defaultProfileName");
    if (!name || name->is_null() || name->as_string().empty()) return;
    if (is_blank_text(name->as_string())) {
      context_.diags.report(name->at(), diag::ConfigBlankDefault).path("scheduler.defaultProfileName");
    } else if (!c.is_enabled(name->as_string())) {
      context_.diags.report(name->at(), diag::ConfigDefaultNotEnabled, name->as_string())
          .path("scheduler.defaultProfileName");
    } else {
      c.default_profile = name->as_string();
    }
  }

  void profile(const Value& p, std::size_t i, OperatorConfig& c) {
    std::string path = "scheduler.profiles[" + std::to_string(i) + "]";
    if (!p.is_mapping()) {
      context_.diags.report(p.at(), diag::ConfigWrongType, path, "an object", json_kind(p)).path(path);
      return;
    }
    for (const Member& m : p.members())
      if (m.key != "name" && m.key != "config") {
        const schemas::FormerName* former = schemas::former_setting("scheduler.profiles[]." + std::string(m.key));
        context_.diags
            .report(m.key_at, diag::ConfigUnknownField, path + "." + std::string(m.key),
                    former ? schemas::story_text(*former) : "")
            .path(path);
      }
    const Value& name = p["name"];
    path += ".name";
    if (!name.is_null() && !name.is_string()) {
      context_.diags.report(name.at(), diag::ConfigWrongType, path, "a string", json_kind(name)).path(path);
    } else if (is_blank_text(name.as_string())) {
      context_.diags.report(p.find("name") ? name.at() : p.at(), diag::ConfigBlankProfile).path(path);
    } else if (std::find(std::begin(kProfiles), std::end(kProfiles), name.as_string()) == std::end(kProfiles)) {
      const schemas::FormerName* former = schemas::former_value("profiles.name", name.as_string());
      DiagnosticBuilder b =
          context_.diags.report(name.at(), diag::ConfigUnknownProfile, name.as_string(),
                                former ? schemas::story_text(*former) : did_you_mean(name.as_string(), kProfiles));
      b.path(path);
      if (former && !former->meant.empty()) b.fix(name.at(), std::string(former->meant));
    } else if (c.is_enabled(name.as_string())) {
      context_.diags.report(name.at(), diag::ConfigDuplicateProfile, name.as_string()).path(path);
    } else {
      c.profiles.emplace_back(name.as_string());
    }
  }

  Context& context_;
  std::string above_;  ///< "config." in values of the chart, where the chart's defaults are below
};

/// Top-level values of upstream's chart, besides `config`.
constexpr std::string_view kChartValues[] = {"affinity",
                                             "crdInstaller",
                                             "crds",
                                             "deployment",
                                             "fullnameOverride",
                                             "global",
                                             "image",
                                             "nameOverride",
                                             "nodeSelector",
                                             "podAnnotations",
                                             "podLabels",
                                             "imagePullSecrets",
                                             "priorityClass",
                                             "replicaCount",
                                             "resources",
                                             "securityContext",
                                             "serviceAccount",
                                             "tolerations",
                                             "topologySpreadConstraints",
                                             "webhooks",
                                             "webhookServerSecret",
                                             "metrics"};

bool is_chart_values(const Value& v) {
  if (v.find("apiVersion") || v.find("kind")) return false;
  if (v["config"].is_mapping()) return true;
  return v.size() > 0 &&
         std::any_of(v.members().begin(), v.members().end(),
                     [](const Member& m) {
                       return std::find(std::begin(kChartValues), std::end(kChartValues), m.key) !=
                                  std::end(kChartValues) ||
                              schemas::former_chart_value(m.key) != nullptr;
                     }) &&
         std::none_of(v.members().begin(), v.members().end(), [](const Member& m) {
           return std::any_of(std::begin(kSettings), std::end(kSettings),
                              [&](const Setting& s) { return s.path == m.key; });
         });
}

/// Values of an umbrella chart, where Grove's stand below the name of the dependency.
const Value& values_of_grove(const Value& v) {
  if (v.find("apiVersion") || v.find("kind") || v["config"].is_mapping()) return v;
  for (const Member& m : v.members())
    if (m.key.starts_with("grove") && m.value["config"].is_mapping()) return m.value;
  return v;
}

void report_former_values(Context& context, const Value& v, const std::string& prefix) {
  for (const Member& m : v.members()) {
    const std::string path = prefix + std::string(m.key);
    if (const schemas::FormerName* former = schemas::former_chart_value(path))
      context.diags.report(m.key_at, diag::ChartUnknownValue, path, schemas::story_text(*former)).path(path);
    else if (std::count(path.begin(), path.end(), '.') < 2)
      report_former_values(context, m.value, path + ".");
  }
}

void report_wrong_kind(Context& context, const Value& document) {
  const Value &api = document["apiVersion"], &kind = document["kind"];
  if (!document.find("apiVersion") && !document.find("kind")) {
    context.diags.report(document.at(), diag::ConfigWithoutKind);
    return;
  }
  const std::string_view group = api.as_string().substr(0, api.as_string().find('/'));
  const schemas::FormerName* former = schemas::former_group(group);
  std::string hint = former ? schemas::story_text(*former) : std::string();
  DiagnosticBuilder b = context.diags.report(key_at(document, document.find("kind") ? "kind" : "apiVersion"),
                                             diag::ConfigWrongKind, api.as_string(), kind.as_string(), hint);
  if (former && kind.as_string() == kKind) b.fix(api.at(), std::string(kApi));
}

}  // namespace

OperatorConfig chart_config() {
  OperatorConfig c;
  c.profiles = {"default-scheduler", "kai-scheduler"};
  return c;
}

Value configuration_in(const Value& document) {
  if (!document.is_mapping()) return {};
  const Value& values = values_of_grove(document);
  return is_chart_values(values) ? values["config"] : document;
}

OperatorConfig read_operator_config(Context& context, const Value& document) {
  if (!document.is_mapping()) {
    context.diags.report(document.at(), diag::ConfigNotAnObject, json_kind(document));
    return {};
  }
  if (const Value& values = values_of_grove(document); is_chart_values(values)) {
    report_former_values(context, values, {});
    const Value& config = values["config"];
    if (!config.is_mapping()) return chart_config();
    Reader reader(context, "config.");
    reader.fields(config, "");
    reader.leader_election(config["leaderElection"]);
    return reader.config(config, chart_config());
  }
  std::string_view api = document["apiVersion"].as_string(), kind = document["kind"].as_string();
  if (api != kApi || kind != kKind) return report_wrong_kind(context, document), OperatorConfig();
  Reader reader(context, {});
  reader.fields(document, "");
  reader.leader_election(document["leaderElection"]);
  return reader.config(document, {});
}

}  // namespace grovec::passes
