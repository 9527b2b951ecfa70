#include "tests/unit/passes/rules/admission_rows.h"

#include <algorithm>

#include "frontend/reader.h"
#include "passes/admission/admit.h"
#include "passes/surroundings/read_environment.h"

namespace grovec::passes {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// "<P>" and "<R n role>" keep the rows on one line.
std::string expanded(std::string text) {
  for (std::size_t at; (at = text.find("<R ")) != std::string::npos;) {
    std::size_t end = text.find('>', at), blank = text.find(' ', at + 3);
    std::string n = text.substr(at + 3, std::min(blank, end) - at - 3);
    std::string role = blank < end ? ", roleName: " + text.substr(blank + 1, end - blank - 1) : "";
    text.replace(at, end - at + 1, "{replicas: " + n + role + ", podSpec: <P>}");
  }
  return replaced(text, "<P>", "{containers: [{name: c, image: i}]}");
}

}  // namespace

std::string manifest(std::string_view spec, std::string_view metadata) {
  return "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: " + std::string(metadata) +
         "\nspec: " + expanded(std::string(spec)) + "\n";
}

ir::Value read_one(Context& context, const std::string& text) {
  SourceId source = context.sources.add("test.yaml", text);
  std::vector<frontend::Document> documents = frontend::read_documents(context, source);
  EXPECT_EQ(documents.size(), 1u) << text;
  return documents.empty() ? ir::Value() : documents[0].root;
}

void surround(Context& context, std::string_view text, ir::ClusterFacts& facts) {
  if (text.empty()) return;
  SourceId source = context.sources.add("with.yaml", std::string(text));
  bool configured = false;
  for (const frontend::Document& d : frontend::read_documents(context, source)) {
    if (d.root["kind"].as_string() == "OperatorConfiguration") {
      facts.config = read_operator_config(context, d.root);
      configured = true;
    } else {
      read_environment_object(context, d.root, "default", facts);
    }
  }
  if (!configured && !facts.bindings.empty()) facts.config.topology_aware_scheduling = true;
}

Codes codes_of(const Context& context) {
  Codes out;
  for (const Diagnostic& d : context.diags.all())
    if (d.info->stage != Stage::kCompile && d.info->stage != Stage::kLint) {
      out.push_back(d.info->code);
      for (const Note& n : d.notes)  // V114 is a note on what it makes an error
        if (find_diagnostic(n.code)->severity == Severity::kError) out.push_back(n.code);
    }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

TEST_P(AdmissionRules, GivesItsCodes) {
  const AdmissionRow& row = GetParam();
  Context around, context;
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  surround(around, row.surroundings, facts);
  EXPECT_EQ(codes_of(around), Codes{});
  ir::Value now = read_one(context, manifest(row.spec, row.metadata));
  ir::Value old;
  AdmitOptions options;
  if (row.old_spec) {
    old = read_one(context, manifest(row.old_spec, "{name: s}"));
    options.old = &old;
  }
  Admitted admitted = admit(context, now, environment, options);
  EXPECT_EQ(codes_of(context), row.codes) << row.id;
  bool has_error = std::any_of(row.codes.begin(), row.codes.end(), [](int c) { return c < 2300; });
  EXPECT_EQ(admitted.accepted, !has_error);
  for (const Diagnostic& d : context.diags.all()) EXPECT_NE(d.at, kNowhere) << row.id << ": " << d.message;
}

std::string name_of_row(const testing::TestParamInfo<AdmissionRow>& info) {
  std::string name;
  for (const char* c = info.param.id; *c; ++c)
    if (std::isalnum(static_cast<unsigned char>(*c))) name += *c;
  return name + "_" + std::to_string(info.index);
}

}  // namespace grovec::passes
