// A folder of files: ours come, change and go, everything else stays, whatever stops the run.
#include "runtime/output/output_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/unit/support/folder.h"

namespace grovec::driver {
namespace {

namespace fs = std::filesystem;
using testing::Folder;
using Files = std::map<std::string, std::string>;

std::string file_text(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

/// The index of these tests: `index:` and names, each behind a blank.
std::optional<std::set<std::string>> names_of(std::string text) {
  if (!text.starts_with("index:")) return std::nullopt;
  std::set<std::string> names;
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1))
    names.insert(text.substr(at + 1, text.find(' ', at + 1) - at - 1));
  return names;
}

std::string index_of(const Files& files) {
  std::string index = "index:";
  for (const auto& [name, text] : files) index += " " + name;
  return index;
}

Result<Done> write_folder(const std::string& path, const Files& files) {
  Result<std::unique_ptr<OutputFolder>> folder = OutputFolder::create(path, "index", names_of);
  if (!folder) return folder.error();
  for (const auto& [name, text] : files)
    if (Result<Done> added = (*folder)->add(name, text); !added) return added;
  return (*folder)->commit(index_of(files));
}

/// Every file below a folder, `.grovec-new` included.
Files files_of(const fs::path& path) {
  Files out;
  for (const fs::directory_entry& e : fs::recursive_directory_iterator(path))
    if (e.is_regular_file()) out[fs::relative(e.path(), path)] = file_text(e.path());
  return out;
}

Files with_index(Files files) {
  files.emplace("index", index_of(files));
  return files;
}

TEST(OutputFolder, ChangesNothingBeforeCommit) {
  Folder folder;
  const std::string path = folder.path + "/out";
  ASSERT_TRUE(write_folder(path, {{"a", "old"}}));
  auto out = OutputFolder::create(path, "index", names_of);
  ASSERT_TRUE(out && (*out)->add("a", "new") && (*out)->add("b", "new"));
  EXPECT_EQ(file_text(path + "/a"), "old");
  EXPECT_FALSE(fs::exists(path + "/b"));
  ASSERT_TRUE((*out)->commit("index: a b"));
  out->reset();
  EXPECT_EQ(files_of(path), with_index({{"a", "new"}, {"b", "new"}}));
}

TEST(OutputFolder, WithoutCommitLeavesNoTrace) {
  Folder folder;
  const std::string path = folder.path + "/parent/out";
  {
    auto out = OutputFolder::create(path, "index", names_of);
    ASSERT_TRUE(out && (*out)->add("a", "x"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path)) << "a folder stayed";
}

TEST(OutputFolder, RemovesWhatOnlyTheOldIndexLists) {
  Folder folder;
  ASSERT_TRUE(write_folder(folder.path, {{"a", "1"}, {"b", "1"}}));
  ASSERT_TRUE(write_folder(folder.path, {{"b", "2"}, {"c", "2"}}));
  EXPECT_EQ(files_of(folder.path), with_index({{"b", "2"}, {"c", "2"}}));
}

TEST(OutputFolder, StrangersAndSubfoldersStay) {
  Folder folder;
  write_text(folder.path + "/README", "first");
  ASSERT_TRUE(write_folder(folder.path, {{"a", "1"}}));
  fs::create_directory(folder.path + "/sub");
  write_text(folder.path + "/sub/a", "below");
  write_text(folder.path + "/mine.txt", "mine");
  ASSERT_TRUE(write_folder(folder.path, {{"b", "2"}}));
  Files expected = with_index({{"b", "2"}});
  expected.insert({{"README", "first"}, {"sub/a", "below"}, {"mine.txt", "mine"}});
  EXPECT_EQ(files_of(folder.path), expected);
}

TEST(OutputFolder, AStrangerOfTheSameNameIsAnErrorBeforeAnythingChanged) {
  Folder folder;
  ASSERT_TRUE(write_folder(folder.path, {{"a", "1"}}));
  write_text(folder.path + "/b", "mine");
  const Files before = files_of(folder.path);
  Result<Done> done = write_folder(folder.path, {{"a", "2"}, {"b", "2"}});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("/b` is not grovec's"), std::string::npos) << done.error().message;
  EXPECT_EQ(files_of(folder.path), before);
}

TEST(OutputFolder, AFolderInTheWayIsAnError) {
  Folder folder;
  ASSERT_TRUE(write_folder(folder.path, {{"a", "1"}}));
  fs::remove(folder.path + "/a");
  fs::create_directory(folder.path + "/a");
  EXPECT_FALSE(write_folder(folder.path, {{"a", "2"}, {"b", "2"}}));
  EXPECT_FALSE(fs::exists(folder.path + "/b"));
}

TEST(OutputFolder, AnIndexOfSomebodyElseIsAnError) {
  Folder folder;
  write_text(folder.path + "/index", "<html>");
  EXPECT_FALSE(write_folder(folder.path, {{"a", "1"}}));
  EXPECT_EQ(files_of(folder.path), (Files{{"index", "<html>"}}));
}

TEST(OutputFolder, AnIndexLeadsNowhereElse) {
  Folder folder;
  const std::string path = folder.path + "/out";
  ASSERT_TRUE(write_folder(path, {{"a", "1"}}));
  write_text(folder.path + "/outside", "x");
  fs::create_directory(path + "/sub");
  write_text(path + "/sub/file", "x");
  write_text(path + "/index", "index: a ../outside sub/file sub . .. " + folder.path + "/outside");
  ASSERT_TRUE(write_folder(path, {{"b", "2"}}));
  EXPECT_EQ(file_text(folder.path + "/outside"), "x");
  EXPECT_EQ(file_text(path + "/sub/file"), "x");
  EXPECT_FALSE(fs::exists(path + "/a"));
}

TEST(OutputFolder, ALinkToAFolderStaysALink) {
  Folder folder;
  fs::create_directory(folder.path + "/real");
  fs::create_directory_symlink("real", folder.path + "/link");
  ASSERT_TRUE(write_folder(folder.path + "/link", {{"a", "1"}}));
  EXPECT_TRUE(fs::is_symlink(folder.path + "/link"));
  EXPECT_EQ(files_of(folder.path + "/real"), with_index({{"a", "1"}}));
}

TEST(OutputFolder, IsNotWrittenThroughLinks) {
  Folder folder;
  const std::string path = folder.path + "/out";
  ASSERT_TRUE(write_folder(path, {{"a", "1"}}));
  write_text(folder.path + "/outside", "x");
  fs::remove(path + "/a");
  fs::create_symlink(folder.path + "/outside", path + "/a");
  ASSERT_TRUE(write_folder(path, {{"a", "2"}}));
  EXPECT_EQ(file_text(folder.path + "/outside"), "x");
  EXPECT_FALSE(fs::is_symlink(path + "/a"));
}

TEST(OutputFolder, KeepsTheModesOfFolderAndFiles) {
  Folder folder;
  ::chmod(folder.path.c_str(), 0700);
  ASSERT_TRUE(write_folder(folder.path, {{"a", "1"}}));
  ::chmod((folder.path + "/a").c_str(), 0600);
  struct stat before, after, file;
  ::stat(folder.path.c_str(), &before);
  ASSERT_TRUE(write_folder(folder.path, {{"a", "2"}}));
  ::stat(folder.path.c_str(), &after);
  ::stat((folder.path + "/a").c_str(), &file);
  EXPECT_EQ(after.st_mode & 07777, 0700u);
  EXPECT_EQ(after.st_ino, before.st_ino) << "another folder stands there";
  EXPECT_EQ(file.st_mode & 07777, 0600u);
}

TEST(OutputFolder, MakesTheFoldersAbove) {
  Folder folder;
  ASSERT_TRUE(write_folder(folder.path + "/x/y/z/", {{"a", "1"}}));
  EXPECT_EQ(file_text(folder.path + "/x/y/z/a"), "1");
}

TEST(OutputFolder, OneRunAtATime) {
  Folder folder;
  auto first = OutputFolder::create(folder.path, "index", names_of);
  ASSERT_TRUE(first && (*first)->add("a", "1"));
  EXPECT_FALSE(OutputFolder::create(folder.path, "index", names_of));
  ASSERT_TRUE((*first)->commit("index: a"));
}

/// Runs `work` in a process that is killed when it enters its `n`-th system call; false if it ended before.
template <class F>
bool killed_at(int n, F&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  for (int calls = 0;; ++calls) {
    // Two stops for each call: on its way in, and out of it.
    for (int stop = 0; stop < 2; ++stop) {
      if (calls == n && stop == 1) {
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return true;
      }
      ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
      ::waitpid(child, &status, 0);
      if (WIFEXITED(status)) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
        return false;
      }
      if (!WIFSTOPPED(status)) {
        ADD_FAILURE() << "ended by a signal";
        return false;
      }
    }
  }
}

const Files kOld{{"a", "old a"}, {"b", "old b"}, {"gone", "old"}};
const Files kNew{{"a", "new a"}, {"b", "new b"}, {"c", "new c"}};

/// Old or new content in each file, never a part of one; strangers as they were.
void expect_old_or_new(const std::string& path, int n) {
  EXPECT_EQ(file_text(path + "/mine.txt"), "mine");
  EXPECT_EQ(file_text(path + "/sub/a"), "below");
  const Files old = with_index(kOld), fresh = with_index(kNew);
  for (const fs::directory_entry& e : fs::directory_iterator(path)) {
    const std::string name = e.path().filename();
    if (!e.is_regular_file() || name == "mine.txt") continue;
    const std::string text = file_text(e.path());
    EXPECT_TRUE((old.contains(name) && old.at(name) == text) || (fresh.contains(name) && fresh.at(name) == text))
        << "killed at call " << n << ": " << name << " holds `" << text << "`";
  }
  for (const char* name : {"a", "b", "index"}) EXPECT_TRUE(fs::exists(path + "/" + name)) << "killed at call " << n;
}

TEST(OutputFolder, AKillBetweenAnyTwoSystemCallsLeavesOldOrNewFiles) {
  int n = 0;
  for (bool killed = true; killed; ++n) {
    Folder folder;
    const std::string path = folder.path + "/out";
    ASSERT_TRUE(write_folder(path, kOld));
    fs::create_directory(path + "/sub");
    write_text(path + "/sub/a", "below");
    write_text(path + "/mine.txt", "mine");
    killed = killed_at(n, [&] { return static_cast<bool>(write_folder(path, kNew)); });
    expect_old_or_new(path, n);
    // A second run that is killed, too, must not forget what the first one had moved.
    if (killed) killed_at(8 + n % 40, [&] { return static_cast<bool>(write_folder(path, kNew)); });
    expect_old_or_new(path, n);
    Result<Done> again = write_folder(path, kNew);
    ASSERT_TRUE(again) << "killed at call " << n << ": " << again.error().message;
    Files expected = with_index(kNew);
    expected.insert({{"sub/a", "below"}, {"mine.txt", "mine"}});
    EXPECT_EQ(files_of(path), expected) << "killed at call " << n;
  }
  EXPECT_GT(n, 30) << "too few calls to mean anything";
}

}  // namespace
}  // namespace grovec::driver
