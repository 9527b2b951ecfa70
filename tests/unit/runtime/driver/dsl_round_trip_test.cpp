// A set in YAML, the same set converted to the DSL, and that converted back: one compile output, byte for byte.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "runtime/driver/compile.h"
#include "runtime/output/emit.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What `compile` prints for a file, or the findings if it refuses.
struct Output {
  bool ok = false;
  std::string text, findings;
};

Output compile_file(const fs::path& path, CompileRequest request) {
  Output out;
  request.operands = {path.string()};
  Result<std::unique_ptr<Compilation>> done = compile(request);
  if (!done) {
    out.findings = done.error().message;
    return out;
  }
  Compilation& c = **done;
  for (const Context* context : c.contexts()) render_all(*context, {}, out.findings);
  out.ok = !c.failed();
  if (!out.ok) return out;
  FILE* file = std::tmpfile();
  {
    FdWriter writer(fileno(file), "temporary file");
    ObjectStream stream(writer, OutputFormat::kYaml);
    for (const auto& set : c.sets) stream.plan(set->plan, set->world, true);
    stream.finish();
    (void)writer.finish();
  }
  std::rewind(file);
  char buffer[65536];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) out.text.append(buffer, n);
  std::fclose(file);
  return out;
}

/// Operator configuration and cluster objects that a recording was made with.
CompileRequest request_for(const fs::path& path) {
  CompileRequest request;
  request.max_objects = 100'000;  // some recorded sets have billions of pods
  const std::string text = path.string();
  if (text.find("/oracle/") == std::string::npos) return request;
  request.with = {"tests/fixtures/oracle/prerequisites.yaml", "tests/fixtures/oracle/topologies.yaml"};
  if (text.find("-tas-") != std::string::npos)
    request.operator_config = "tests/fixtures/oracle/operator-config-topology.yaml";
  if (text.find("-mnnvl-") != std::string::npos)
    request.operator_config = "tests/fixtures/oracle/operator-config-mnnvl.yaml";
  return request;
}

class DslRoundTrip : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("grovec-round-trip-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Text converted by `convert`, or nothing.
  std::optional<std::string> to_grove(const std::string& yaml) {
    Context context;
    const SourceId source = context.sources.add("in.yaml", yaml);
    return frontend::convert_to_grove(context, source, frontend::read_documents(context, source));
  }
  std::string to_yaml(const std::string& grove) {
    Context context;
    const SourceId source = context.sources.add("in.grove", grove);
    return frontend::convert_to_yaml(context, source, frontend::read_grove(context, source, {}));
  }
  fs::path write(const char* name, const std::string& text) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// Number of manifests below `folder` that compile, each of which came back with the same output.
  std::size_t check(const char* folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::size_t equal = 0;
    for (const fs::path& path : files) {
      const std::string yaml = read_file(path);
      if (yaml.find("kind: PodCliqueSet") == std::string::npos) continue;
      const CompileRequest request = request_for(path);
      const Output direct = compile_file(path, request);
      if (!direct.ok) continue;
      const auto grove = to_grove(yaml);
      EXPECT_TRUE(grove) << path;
      if (!grove) continue;
      const Output through = compile_file(write("set.grove", *grove), request);
      EXPECT_EQ(through.text, direct.text) << path << "\n" << *grove << through.findings;
      const Output back = compile_file(write("set.yaml", to_yaml(*grove)), request);
      EXPECT_EQ(back.text, direct.text) << path << "\n" << back.findings;
      equal += through.text == direct.text && back.text == direct.text;
    }
    return equal;
  }

  fs::path folder_;
};

TEST_F(DslRoundTrip, Samples) { EXPECT_EQ(check("tests/fixtures/samples"), 11u); }
TEST_F(DslRoundTrip, RecordedInputs) { EXPECT_GE(check("tests/fixtures/oracle"), 30u); }
TEST_F(DslRoundTrip, AcceptedAdmissionInputs) { EXPECT_GE(check("tests/fixtures/admission"), 40u); }

TEST_F(DslRoundTrip, ExamplesAreTheSameInBothForms) {
  std::size_t equal = 0;
  for (const auto& entry : fs::directory_iterator("examples")) {
    const std::string name = entry.path().filename().string();
    const fs::path yaml = entry.path() / (name + ".yaml"), grove = entry.path() / (name + ".grove");
    if (!fs::exists(yaml) || !fs::exists(grove)) continue;
    const Output a = compile_file(yaml, {}), b = compile_file(grove, {});
    EXPECT_TRUE(a.ok) << a.findings;
    EXPECT_EQ(a.text, b.text) << name << b.findings;
    ++equal;
  }
  EXPECT_GE(equal, 7u);
}

// Nobody may write into it, ever.
TEST_F(DslRoundTrip, IncludeOfAPipeIsRefused) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const Output out = compile_file(write("set.grove", "grovec 1\ninclude \"pipe\"\n"), {});
  EXPECT_NE(out.findings.find("is no regular file"), std::string::npos) << out.findings;
}

// As many mistakes as there are cliques, each explaining findings of its own: look-ups, not comparisons of all with
// all.
TEST_F(DslRoundTrip, ManyMistakesAreToldApart) {
  std::string text = "grovec 1\nset s {\n";
  for (int i = 0; i < 2000; ++i) text += "  clique c" + std::to_string(i) + " scale 3 { image: x }\n";
  const Output out = compile_file(write("set.grove", text + "}\n"), {});
  std::size_t found = 0;
  for (std::size_t at = 0; (at = out.findings.find("error:", at)) != std::string::npos; ++at) ++found;
  EXPECT_EQ(found, 2000u);
}

// GROVEC_PROPERTY_RUNS raises the number of sets.
TEST_F(DslRoundTrip, GeneratedSets) {
  const char* wanted = std::getenv("GROVEC_PROPERTY_RUNS");
  const std::uint64_t runs = wanted ? std::strtoull(wanted, nullptr, 10) : 250;
  CompileRequest request;
  request.with = {write("binding.yaml", testing::kGeneratedBinding)};
  request.operator_config = write("config.yaml",
                                  "apiVersion: operator.config.grove.io/v1alpha1\nkind: OperatorConfiguration\n"
                                  "topologyAwareScheduling: {enabled: true}\nnetwork: {autoMNNVLEnabled: true}\n");
  for (std::uint64_t seed = 0; seed < runs && !HasFailure(); ++seed) {
    const std::string yaml =
        testing::generate_set(seed, {.shuffle_keys = seed % 2 == 1, .topology = true, .mnnvl = true});
    const Output direct = compile_file(write("direct.yaml", yaml), request);
    ASSERT_TRUE(direct.ok) << seed << "\n" << yaml << direct.findings;
    const auto grove = to_grove(yaml);
    ASSERT_TRUE(grove) << seed << "\n" << yaml;
    const Output through = compile_file(write("set.grove", *grove), request);
    EXPECT_EQ(through.text, direct.text) << seed << "\n" << *grove << through.findings;
    const Output back = compile_file(write("set.yaml", to_yaml(*grove)), request);
    EXPECT_EQ(back.text, direct.text) << seed << "\n" << *grove << back.findings;
    Context context;
    EXPECT_EQ(frontend::format_grove(context, context.sources.add("set.grove", *grove)), grove) << seed;
  }
}

}  // namespace
}  // namespace grovec::driver
