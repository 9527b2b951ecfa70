#include "runtime/driver/replace_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace grovec::driver {
namespace {

namespace fs = std::filesystem;

class ReplaceFile : public ::testing::Test {
 protected:
  ReplaceFile() : folder_(fs::path(::testing::TempDir()) / "replace_file") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::string write(const std::string& text) {
    std::ofstream(folder_ / "a.yaml", std::ios::binary) << text;
    return (folder_ / "a.yaml").string();
  }
  std::string read() const {
    std::stringstream text;
    text << std::ifstream(folder_ / "a.yaml", std::ios::binary).rdbuf();
    return text.str();
  }
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }
  fs::path folder_;
};

TEST_F(ReplaceFile, WritesWhatWasAsked) {
  const std::string path = write("before\n");
  EXPECT_TRUE(replace_file(path, "before\n", "after\n"));
  EXPECT_EQ(read(), "after\n");
  EXPECT_EQ(files(), 1);
}

TEST_F(ReplaceFile, LeavesAloneWhatSomebodyChangedMeanwhile) {
  const std::string path = write("changed by an editor\n");
  const Result<Done> done = replace_file(path, "before\n", "after\n");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("changed while it was checked"), std::string::npos);
  EXPECT_EQ(read(), "changed by an editor\n");
  EXPECT_EQ(files(), 1) << "no temporary file is left";
}

}  // namespace
}  // namespace grovec::driver
