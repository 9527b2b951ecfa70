// check and compile give one answer: check finds no error if and only if compile prints.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "ir/base/render.h"
#include "runtime/driver/check.h"
#include "runtime/driver/compile.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = "tests";  // the program runs in the root of the project

bool is_manifest(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".yaml" || ending == ".yml" || ending == ".json" || ending == ".grove";
}

/// The manifests below a folder, by folder. Not those that a `.grovec.yaml` speaks about: it may lower an error.
std::map<fs::path, std::vector<std::string>> manifests_below(const fs::path& folder) {
  std::map<fs::path, std::vector<std::string>> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && is_manifest(entry.path())) {
      bool has_project_file = false;
      for (fs::path at = entry.path().parent_path(); at != folder; at = at.parent_path())
        has_project_file |= fs::exists(at / ".grovec.yaml");
      if (!has_project_file && !entry.path().filename().string().starts_with("."))
        out[entry.path().parent_path()].push_back(entry.path().string());
    }
  for (auto& [name, files] : out) std::sort(files.begin(), files.end());
  return out;
}

struct Answers {
  bool check = false, compile = false;
  std::uint32_t suppressed = 0;
  std::string findings;
};

Answers ask(const std::vector<std::string>& files, const std::string& operator_config = {}) {
  Answers out;
  CheckRequest check_request;
  check_request.operands = files;
  check_request.operator_config = operator_config;
  check_request.render_text = true;
  check_request.threads = 1;
  Result<CheckReport> report = check(check_request);
  out.check = report && !report->is_incomplete() && !report->has_findings(false);
  if (!report) out.findings += "check: " + report.error().message + "\n";
  if (report) {
    out.suppressed = static_cast<std::uint32_t>(report->suppressed());
    for (const CheckedFile& f : report->files)
      for (const Finding& x : f.findings) out.findings += "check: " + x.text;
  }
  CompileRequest compile_request;
  compile_request.operands = files;
  compile_request.operator_config = operator_config;
  compile_request.threads = 1;
  Result<std::unique_ptr<Compilation>> compiled = compile(compile_request);
  out.compile = compiled && !(*compiled)->failed();
  if (!compiled) out.findings += "compile: " + compiled.error().message + "\n";
  if (compiled)
    for (const Context* context : (*compiled)->contexts()) {
      std::string text;
      render_all(*context, {}, text);
      if (!text.empty()) out.findings += "compile: " + text;
    }
  return out;
}

struct Tally {
  std::size_t clean = 0, refused = 0;
};

void expect_one_answer(const std::vector<std::string>& files, Tally& tally) {
  const Answers answers = ask(files);
  if (answers.suppressed > 0) return;  // a suppression makes check milder, and is meant to
  EXPECT_EQ(answers.check, answers.compile) << files.front() << " and " << files.size() - 1 << " more\n"
                                            << answers.findings;
  ++(answers.check ? tally.clean : tally.refused);
}

/// Each file of a folder, and all of them at once.
Tally expect_one_answer_below(const fs::path& folder) {
  Tally tally;
  for (const auto& [name, files] : manifests_below(folder)) {
    for (const std::string& file : files) expect_one_answer({file}, tally);
    if (files.size() > 1) expect_one_answer(files, tally);
  }
  return tally;
}

TEST(OneAnswer, GoldenInputs) {
  const Tally tally = expect_one_answer_below(kTests / "golden");
  EXPECT_GT(tally.clean, 150u);
  EXPECT_GT(tally.refused, 150u);
}

TEST(OneAnswer, Recordings) {
  const Tally tally = expect_one_answer_below(kTests / "fixtures");
  EXPECT_GT(tally.clean, 100u);
  EXPECT_GT(tally.refused, 50u);
}

class OneAnswerOfTexts : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("one_answer_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  fs::path folder_;
};

/// A line of a generated set is dropped, doubled, or its number becomes another one: most of these have mistakes.
std::string with_a_mistake(const std::string& text, std::uint64_t seed) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  std::string& line = lines[seed * 7919 % lines.size()];
  if (seed % 3 == 0) {
    line.clear();
  } else if (seed % 3 == 1) {
    line += line;
  } else {
    for (char& c : line)
      if (c >= '0' && c <= '9') c = static_cast<char>('0' + (c - '0' + seed) % 10);
  }
  std::string out;
  for (const std::string& l : lines) out += l;
  return out;
}

TEST_F(OneAnswerOfTexts, GeneratedSets) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::string text = testing::generate_set(seed, {.topology = true});
    if (seed % 2 == 0) text = with_a_mistake(text, seed);
    expect_one_answer({file("set.yaml", text), file("binding.yaml", testing::kGeneratedBinding)}, tally);
  }
  EXPECT_GT(tally.clean, 250u);
  EXPECT_GT(tally.refused, 20u);
}

TEST_F(OneAnswerOfTexts, TheSameSetInTwoFiles) {
  const std::string text = testing::generate_set(1);
  const std::vector<std::string> files = {file("a.yaml", text), file("b.yaml", text)};
  const Answers answers = ask(files);
  EXPECT_FALSE(answers.check) << answers.findings;
  EXPECT_FALSE(answers.compile) << answers.findings;
  EXPECT_TRUE(ask({files[0]}).check);
}

constexpr const char* kTwoSets[] = {
    "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: a}\n"
    "spec: {replicas: 1, template: {cliques: [{name: w, spec: {roleName: w, replicas: 1, podSpec: {containers: "
    "[{name: c, image: i}]}}}], podCliqueScalingGroups: [{name: x, cliqueNames: [w], replicas: 2, minAvailable: "
    "1}]}}\n",
    "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: a-0-x}\n"
    "spec: {replicas: 1, template: {cliques: [{name: w, spec: {roleName: w, replicas: 1, podSpec: {containers: "
    "[{name: c, image: i}]}}}]}}\n"};

TEST_F(OneAnswerOfTexts, NamesAcrossSets) {
  const std::vector<std::string> files = {file("a.yaml", kTwoSets[0]), file("b.yaml", kTwoSets[1])};
  EXPECT_TRUE(ask({files[0]}).check);
  EXPECT_TRUE(ask({files[1]}).check);
  const Answers answers = ask(files);
  EXPECT_FALSE(answers.check) << answers.findings;
  EXPECT_FALSE(answers.compile) << answers.findings;
}

// Without any queue the cluster is believed to have it; a queue of the input is one that exists.
TEST_F(OneAnswerOfTexts, AVolcanoQueueInTheInput) {
  const std::string config = file("config.yaml",
                                  "apiVersion: operator.config.grove.io/v1alpha1\nkind: OperatorConfiguration\n"
                                  "scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}\n");
  std::string text = kTwoSets[1];
  text.replace(text.find("name: a-0-x"), 11, "name: q, annotations: {scheduling.grove.io/volcano-queue: research}");
  const std::string set = file("set.yaml", text);
  auto queue = [&](const std::string& name, const std::string& state) {
    return file(name + "-" + state + ".yaml",
                "apiVersion: scheduling.volcano.sh/v1beta1\nkind: Queue\nmetadata: {name: " + name +
                    "}\nstatus: {state: " + state + "}\n");
  };
  auto both = [&](const std::vector<std::string>& files) {
    const Answers answers = ask(files, config);
    EXPECT_EQ(answers.check, answers.compile) << answers.findings;
    return answers.check;
  };
  EXPECT_TRUE(both({set}));
  EXPECT_TRUE(both({set, queue("research", "Open")}));
  EXPECT_FALSE(both({set, queue("research", "Closed")}));
  EXPECT_FALSE(both({set, queue("other", "Open")}));
  EXPECT_FALSE(both({queue("other", "Open"), set}));
}

}  // namespace
}  // namespace grovec::driver
