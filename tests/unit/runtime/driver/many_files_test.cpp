// Many input files: threads change neither what is printed nor what is found.
#include <gtest/gtest.h>

#include <fstream>

#include "ir/base/render.h"
#include "runtime/driver/compile.h"
#include "runtime/output/emit.h"
#include "tests/unit/support/folder.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

using namespace ir;

void write(const testing::Folder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder.path + "/" + name) << text;
}

// Objects and findings of all files below a folder.
std::string compiled(const testing::Folder& folder, unsigned threads) {
  CompileRequest request;
  request.operands = {folder.path};
  request.threads = threads;
  Result<std::unique_ptr<Compilation>> done = compile(request);
  if (!done) return done.error().message;
  Compilation& c = **done;
  std::string out;
  for (const Context* context : c.contexts()) render_all(*context, {}, out);
  if (c.failed()) return out;
  for (const LoadedDocument& d : c.foreign) out += to_text(d.document.root, Format::kJson) + "\n";
  for (auto& set : c.sets)
    enumerate(set->plan, set->world, [&](const Description& d, const Instance& n) {
      out += object_text(d, n, set->world, OutputFormat::kNdjson);
      return true;
    });
  return out;
}

std::string file_name(std::uint64_t seed) { return "set-" + std::to_string(1000 + seed) + ".yaml"; }

TEST(ManyFiles, GiveTheSameObjectsOnAnyNumberOfThreads) {
  const testing::Folder folder;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    write(folder, file_name(seed), testing::generate_set(seed, {.most_pods = 40, .topology = true}));
  write(folder, "binding.yaml", testing::kGeneratedBinding);
  const std::string alone = compiled(folder, 1);
  EXPECT_GT(alone.size(), 100'000u) << alone;
  EXPECT_EQ(alone, compiled(folder, 4));
}

TEST(ManyFiles, GiveTheSameFindingsOnAnyNumberOfThreads) {
  const testing::Folder folder;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::string text = testing::generate_set(seed, {.most_pods = 40});
    if (seed % 3 == 0) text += "unknown: " + std::to_string(seed) + "\n";
    write(folder, file_name(seed), text);
  }
  write(folder, "zz-again.yaml", testing::generate_set(7, {.most_pods = 40}));
  const std::string alone = compiled(folder, 1);
  std::size_t unknown = 0;
  for (std::size_t at = 0; (at = alone.find("unknown field `unknown`", at)) != std::string::npos; ++at) ++unknown;
  EXPECT_EQ(unknown, 20u) << alone;
  EXPECT_NE(alone.find("is declared twice"), std::string::npos) << alone;
  EXPECT_EQ(alone, compiled(folder, 4));
}

}  // namespace
}  // namespace grovec::driver
