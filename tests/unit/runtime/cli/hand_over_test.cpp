#include "runtime/cli/hand_over.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace grovec::cli {
namespace {

struct HandOver : testing::Test {
  HandOver() { root = std::filesystem::temp_directory_path() / ("grovec-hand-over-" + std::to_string(::getpid())); }
  ~HandOver() override { std::filesystem::remove_all(root); }
  void put(const std::string& folder, mode_t mode = 0755) {
    std::filesystem::create_directories(root + folder);
    std::ofstream(root + folder + "/grovec-live") << "x";
    ::chmod((root + folder + "/grovec-live").c_str(), mode);
  }
  std::string root;
};

TEST_F(HandOver, LooksBesideThenInLibexecThenInPath) {
  put("/path");
  const std::string own = root + "/bin/grovec", path = "/nowhere:" + root + "/path";
  EXPECT_EQ(*find_live_program(own, path), root + "/path/grovec-live");
  put("/libexec/grovec");
  EXPECT_EQ(*find_live_program(own, path), root + "/libexec/grovec/grovec-live");
  put("/bin", 0644);  // no program
  EXPECT_EQ(*find_live_program(own, path), root + "/libexec/grovec/grovec-live");
  put("/bin");
  EXPECT_EQ(*find_live_program(own, path), root + "/bin/grovec-live");
}

TEST_F(HandOver, NeverTakesItFromTheFolderOneStandsIn) {
  put("/here");
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(root + "/here");
  for (const char* path : {"", ".", ":", "../here"})
    EXPECT_FALSE(find_live_program(root + "/bin/grovec", path)) << path;
  std::filesystem::current_path(before);
}

TEST_F(HandOver, SaysWhereItLooked) {
  EXPECT_EQ(
      find_live_program("/a/bin/grovec", "").error().message,
      "this command needs the program `grovec-live`, which is neither in `/a/bin` nor in `/a/libexec/grovec` nor in "
      "PATH; it comes with the packages of grovec");
}

}  // namespace
}  // namespace grovec::cli
