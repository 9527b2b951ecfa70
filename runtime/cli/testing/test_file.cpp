#include "runtime/cli/testing/test_file.h"

#include <algorithm>
#include <charconv>

#include "frontend/reader.h"
#include "ir/base/edit_distance.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"

namespace grovec::cli {

using namespace ir;

namespace {

constexpr std::string_view kFileFields[] = {"grovetest", "tests"};
constexpr std::string_view kCaseFields[] = {"api",       "assumeReplicas", "env",  "expect", "input",  "name",
                                            "namespace", "operatorConfig", "plan", "set",    "values", "with"};
constexpr std::string_view kExpectFields[] = {"counts", "diagnostics", "golden", "gpusDownAtOnce", "names", "restarts"};
constexpr std::string_view kPlanFields[] = {"new", "old"};
constexpr std::string_view kNewFields[] = {"env", "set", "values"};
constexpr std::string_view kPlanExpectations[] = {"gpusDownAtOnce", "restarts"};
constexpr std::string_view kNameFields[] = {"longest"};
constexpr std::string_view kCounts[] = {"sets", "pods", "gangs", "podCliques", "scalingGroups", "gpus", "objects"};

/// Reads the tree of one file; the first mistake is the result.
class TestReader {
 public:
  explicit TestReader(TestFile& file) : file_(file), folder_(driver::folder_of(file.path)) {}

  Result<Done> read(const Value& root) {
    if (!check_fields(root, kFileFields, "a test file")) return error();
    if (root["grovetest"].as_int() != 1) return at(root.at(), "`grovetest: 1` says which form this file has");
    const Value& tests = root["tests"];
    if (!tests.is_sequence() || tests.size() == 0) return at(tests.at(), "`tests` is a list of at least one test");
    for (const Value& test : tests.items())
      if (!read_case(test)) return error();
    return Done{};
  }

 private:
  Error at(OriginId place, const std::string& what) const {
    return Error{file_.place(place) + "error: " + what, Error::kContent};
  }
  bool fail(OriginId place, const std::string& what) {
    error_ = at(place, what);
    return false;
  }
  Error error() const { return *error_; }

  bool check_fields(const Value& v, std::span<const std::string_view> known, std::string_view of) {
    if (!v.is_mapping()) return fail(v.at(), std::string(of) + " is a mapping");
    for (const Member& m : v.members()) {
      if (std::find(known.begin(), known.end(), m.key) != known.end()) continue;
      const std::string_view near = nearest_name(m.key, known);
      return fail(m.key_at, "`" + std::string(m.key) + "` is no field of " + std::string(of) +
                                (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
    }
    return true;
  }

  bool text(const Value& v, std::string_view field, std::string& out) {
    if (v.is_null()) return true;
    if (!v.is_string()) return fail(v.at(), "`" + std::string(field) + "` is a text");
    out = v.as_string();
    return true;
  }

  // A text or a list of texts.
  bool texts(const Value& v, std::string_view field, std::vector<std::string>& out) {
    if (v.is_string()) out.emplace_back(v.as_string());
    for (const Value& item : v.items()) {
      if (!item.is_string()) return fail(item.at(), "`" + std::string(field) + "` is a list of texts");
      out.emplace_back(item.as_string());
    }
    return v.is_null() || v.is_string() || v.is_sequence() ||
           fail(v.at(), "`" + std::string(field) + "` is a list of texts");
  }

  std::string path(const std::string& name) const {
    return folder_ == "." || name.starts_with('/') ? name : folder_ + "/" + name;
  }
  bool paths(const Value& v, std::string_view field, std::vector<std::string>& out) {
    if (!texts(v, field, out)) return false;
    for (std::string& p : out) p = path(p);
    return true;
  }

  // NAME=VALUE, as on the command line.
  bool settings(const Value& v, std::string_view field, std::vector<std::string>& out) {
    if (v.is_null()) return true;
    if (!v.is_mapping()) return fail(v.at(), "`" + std::string(field) + "` is a mapping of names to values");
    for (const Member& m : v.members()) {
      if (m.value.is_mapping() || m.value.is_sequence()) return fail(m.value.at(), "a value is a text or a number");
      out.push_back(std::string(m.key) + "=" +
                    (m.value.is_string() ? std::string(m.value.as_string()) : to_text(m.value, Format::kJson)));
    }
    return true;
  }

  bool read_case(const Value& test) {
    TestCase c;
    c.at = test.at();
    if (!check_fields(test, kCaseFields, "a test")) return false;
    driver::CompileRequest& r = c.request;
    std::string api, config;
    if (!text(test["name"], "name", c.name) || !paths(test["input"], "input", r.operands) ||
        !text(test["env"], "env", r.language.env) || !settings(test["set"], "set", r.language.settings) ||
        !paths(test["values"], "values", r.language.value_files) || !paths(test["with"], "with", r.with) ||
        !text(test["operatorConfig"], "operatorConfig", config) ||
        !text(test["namespace"], "namespace", r.namespace_) || !text(test["api"], "api", api) ||
        !settings(test["assumeReplicas"], "assumeReplicas", r.assume_replicas))
      return false;
    if (c.name.empty()) return fail(test.at(), "a test has a `name`");
    const Value* plan = test.find("plan");
    if (plan && !r.operands.empty()) return fail(test["input"].at(), "a test has an `input` or a `plan`, not both");
    if (!plan && r.operands.empty()) return fail(test.at(), "test `" + c.name + "` has no `input` and no `plan`");
    if (!config.empty()) r.operator_config = path(config);
    if (api != "" && api != "upstream" && api != "extended")
      return fail(test["api"].at(), "`api` is `upstream` or `extended`");
    if (api == "extended") r.api = ApiMode::kExtended;
    if (plan && !read_plan(*plan, c)) return false;
    if (!test.find("expect")) return fail(test.at(), "test `" + c.name + "` expects nothing; say `expect`");
    if (!read_expectations(test["expect"], c)) return false;
    file_.cases.push_back(std::move(c));
    return true;
  }

  // OLD is a file under the test's options; NEW is another one, or the same one with options of its own.
  bool read_plan(const Value& plan, TestCase& c) {
    if (!check_fields(plan, kPlanFields, "`plan`")) return false;
    driver::CompileRequest older = c.request;
    if (!paths(plan["old"], "old", older.operands)) return false;
    if (older.operands.empty()) return fail(plan.at(), "`plan` has no `old`");
    driver::CompileRequest& newer = c.request;
    const Value& next = plan["new"];
    if (next.is_null()) return fail(plan.at(), "`plan` has no `new`");
    if (next.is_mapping()) {
      newer.operands = older.operands;
      if (!check_fields(next, kNewFields, "`new`") || !text(next["env"], "env", newer.language.env) ||
          !settings(next["set"], "set", newer.language.settings) ||
          !paths(next["values"], "values", newer.language.value_files))
        return false;
      if (next.size() == 0) return fail(next.at(), "an empty `new` is `old`: nothing changes");
    } else if (!paths(next, "new", newer.operands)) {
      return false;
    }
    newer.owner_references = older.owner_references = true;
    c.plan_old = std::move(older);
    return true;
  }

  // Each kind of test has expectations of its own.
  bool check_kind(const Value& expect, bool of_plan) {
    for (const Member& m : expect.members()) {
      const bool is_of_plan =
          std::find(std::begin(kPlanExpectations), std::end(kPlanExpectations), m.key) != std::end(kPlanExpectations);
      if (is_of_plan != of_plan)
        return fail(m.key_at,
                    "`" + std::string(m.key) + "` belongs to a test with " + (is_of_plan ? "a `plan`" : "an `input`"));
    }
    return true;
  }

  bool read_expectations(const Value& expect, TestCase& c) {
    if (!check_fields(expect, kExpectFields, "`expect`") || !check_kind(expect, c.plan_old.has_value())) return false;
    if (expect.size() == 0) return fail(expect.at(), "test `" + c.name + "` expects nothing");
    if (const Value* restarts = expect.find("restarts")) {
      c.restarts.emplace();
      c.restarts_at = restarts->at();
      if (!restarts->is_mapping()) return fail(c.restarts_at, "`restarts` is a mapping of PodCliques to pods");
      for (const Member& m : restarts->members())
        if (!bound(m.key, m.value, c.restarts->emplace_back())) return false;
    }
    if (const Value* down = expect.find("gpusDownAtOnce"))
      if (!bound("gpusDownAtOnce", *down, c.gpus_down.emplace())) return false;
    if (!text(expect["golden"], "golden", c.golden)) return false;
    c.golden_at = expect["golden"].at();
    if (!c.golden.empty()) {
      if (c.golden.starts_with('/') || ("/" + c.golden + "/").find("/../") != std::string::npos)
        return fail(c.golden_at, "`golden` is a file below the folder of the test file");
      c.golden = path(c.golden);
    }
    if (const Value* codes = expect.find("diagnostics")) {
      c.diagnostics.emplace();
      c.diagnostics_at = codes->at();
      if (!texts(*codes, "diagnostics", *c.diagnostics)) return false;
      for (const std::string& code : *c.diagnostics)
        if (!is_code(code)) return fail(codes->at(), "there is no diagnostic `" + code + "`");
    }
    return bounds(expect["counts"], kCounts, "`counts`", c.counts) &&
           bounds(expect["names"], kNameFields, "`names`", c.names);
  }

  static bool is_code(const std::string& code) {
    std::uint16_t n = 0;
    if (!code.starts_with("GV") || code.size() != 6) return false;
    const auto [end, error] = std::from_chars(code.data() + 2, code.data() + 6, n);
    return error == std::errc() && end == code.data() + 6 && find_diagnostic(n);
  }

  bool bounds(const Value& v, std::span<const std::string_view> known, std::string_view of, std::vector<Bound>& out) {
    if (v.is_null()) return true;
    if (!check_fields(v, known, of)) return false;
    for (const Member& m : v.members())
      if (!bound(m.key, m.value, out.emplace_back())) return false;
    return true;
  }

  bool bound(std::string_view what, const Value& v, Bound& out) {
    out.what = what;
    out.at = v.at();
    if (v.is_int()) {
      out.number = v.as_int();
      return true;
    }
    return parse_bound(v.as_string(), out) || fail(out.at, "a bound is a number, or a text like `<= 320`");
  }

  static bool parse_bound(std::string_view text, Bound& out) {
    out.op.clear();
    for (std::string_view op : {"<=", ">=", "==", "!=", "<", ">"})
      if (out.op.empty() && text.starts_with(op)) out.op = op;
    if (out.op.empty()) return false;
    text.remove_prefix(out.op.size());
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
  }

  TestFile& file_;
  std::string folder_;
  std::optional<Error> error_;
};

}  // namespace

bool Bound::holds(std::int64_t value) const {
  if (op == "<=") return value <= number;
  if (op == ">=") return value >= number;
  if (op == "!=") return value != number;
  if (op == "<") return value < number;
  if (op == ">") return value > number;
  return value == number;
}

std::string TestFile::place(OriginId at) const {
  if (at == kNowhere) return path + ": ";
  const Origin& o = context.origins[at];
  const Position p = context.sources.position(o.source, o.begin);
  return path + ":" + std::to_string(p.line) + ":" + std::to_string(p.column) + ": ";
}

std::span<const std::string_view> count_names() { return kCounts; }

Result<Done> read_test_file(TestFile& file) {
  Result<std::string> text = driver::read_input({file.path});
  if (!text) return text.error();
  const SourceId source = file.context.sources.add(file.path, std::move(*text));
  const std::vector<frontend::Document> documents = frontend::read_documents(file.context, source);
  if (file.context.diags.errors() > 0) {
    std::string findings;
    render_all(file.context, {}, findings);
    return Error{findings, Error::kContent};
  }
  if (documents.size() != 1) return Error{file.path + ": error: a test file is one document", Error::kContent};
  return TestReader(file).read(documents[0].root);
}

}  // namespace grovec::cli
