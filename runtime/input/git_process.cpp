#include "runtime/input/git_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <initializer_list>

#include "ir/base/utf8.h"
#include "runtime/input/input.h"

extern char** environ;

namespace grovec::driver {

namespace {

constexpr std::size_t kChunk = 1u << 16;          // bytes of one read
constexpr std::size_t kLongestHeader = 1u << 14;  // a path and the name of an object

void close_all(std::initializer_list<int> files) {
  for (int file : files)
    if (file >= 0) ::close(file);
}

/// Reads some bytes more; false at the end.
bool read_more(int file, std::string& out) {
  char chunk[kChunk];
  ssize_t n;
  do n = ::read(file, chunk, sizeof chunk);
  while (n < 0 && errno == EINTR);
  if (n <= 0) return false;
  out.append(chunk, static_cast<std::size_t>(n));
  return true;
}

int spawn(const std::vector<std::string>& args, int in, int out, int words, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  if (words >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
  else
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  if (in >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  else
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  std::vector<char*> argv{const_cast<char*>("git")};
  for (const std::string& a : args) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const int failed = ::posix_spawnp(&pid, "git", &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

Result<GitChild> start_git(const std::vector<std::string>& args, bool asks) {
  int out[2] = {-1, -1}, in[2] = {-1, -1};
  if (::pipe2(out, O_CLOEXEC) != 0 || (asks && ::pipe2(in, O_CLOEXEC) != 0)) {
    close_all({out[0], out[1]});
    return Error{"cannot make a pipe for git"};
  }
  GitChild child{-1, in[1], out[0], ::memfd_create("git", MFD_CLOEXEC)};
  const int failed = spawn(args, in[0], out[1], child.words, child.pid);
  close_all({in[0], out[1]});
  if (failed == 0) return child;
  close_all({child.in, child.out, child.words});
  return Error{"cannot run git, which `--old-ref` needs"};
}

/// Closes the streams, waits, and tells how it ended.
GitAnswer end_git(const GitChild& child) {
  GitAnswer answer;
  close_all({child.in, child.out});
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (child.words < 0) return answer;
  char words[2048];
  const ssize_t n = ::pread(child.words, words, sizeof words, 0);
  if (n > 0) answer.words.assign(words, static_cast<std::size_t>(n));
  ::close(child.words);
  return answer;
}

}  // namespace

std::string words_of(const GitAnswer& answer) {
  std::string out = answer.words.substr(0, 600);
  for (char& c : out)
    if (c == '\n' || c == '\t') c = ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out.empty() ? out : "; git says: " + printable(out);
}

Result<GitAnswer> run_git(const std::vector<std::string>& args) {
  Result<GitChild> child = start_git(args, false);
  if (!child) return child.error();
  std::string out;
  while (out.size() <= kLargestFile && read_more(child->out, out)) {
  }
  GitAnswer answer = end_git(*child);
  answer.out = std::move(out);
  return answer;
}

Result<std::optional<std::string>> GitBlobs::read(const std::string& name) {
  GROVEC_CHECK(name.find('\n') == std::string::npos);
  if (child_.pid < 0) {
    Result<GitChild> child = start_git({"-C", folder_, "cat-file", "--batch"}, true);
    if (!child) return child.error();
    child_ = *child;
  }
  std::string header;
  if (!write_line(name) || !read_line(header)) return broken(name);
  // `submodule` is what newer ones say of a commit of another repository.
  if (header == name + " missing" || header.ends_with(" submodule")) return std::optional<std::string>();
  return content(name, header);
}

// `header`: "<object> <type> <size>"; the content and a line break follow.
Result<std::optional<std::string>> GitBlobs::content(const std::string& name, std::string_view header) {
  const std::size_t second = header.rfind(' '), first = header.find(' ');
  if (second == std::string_view::npos || first == second) return broken(name);
  const std::string_view type = header.substr(first + 1, second - first - 1), digits = header.substr(second + 1);
  std::size_t size = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (failed != std::errc() || end != digits.data() + digits.size()) return broken(name);
  if (size > kLargestFile) {
    const bool is_blob = type == "blob";
    stop();  // rather than to read what nobody wants
    if (!is_blob) return std::optional<std::string>();
    return Error{"`" + printable(name) + "` is larger than the limit of 64 MiB for a file", Error::kContent};
  }
  std::string out;
  if (!read_bytes(size + 1, out)) return broken(name);
  out.pop_back();
  if (type != "blob") return std::optional<std::string>();
  return std::optional<std::string>(std::move(out));
}

bool GitBlobs::write_line(std::string line) const {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t n = ::write(child_.in, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool GitBlobs::read_line(std::string& out) {
  std::size_t end;
  while ((end = buffer_.find('\n')) == std::string::npos)
    if (buffer_.size() > kLongestHeader || !read_more(child_.out, buffer_)) return false;
  out = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return true;
}

bool GitBlobs::read_bytes(std::size_t count, std::string& out) {
  while (buffer_.size() < count)
    if (!read_more(child_.out, buffer_)) return false;
  out = std::move(buffer_);  // git waits for the next question, so that nothing follows
  buffer_.clear();
  return out.size() == count;
}

Error GitBlobs::broken(const std::string& name) {
  return Error{"git cannot read `" + printable(name) + "`" + words_of(stop())};
}

GitAnswer GitBlobs::stop() {
  if (child_.pid < 0) return {};
  const GitAnswer answer = end_git(child_);
  child_ = {};
  buffer_.clear();
  return answer;
}

}  // namespace grovec::driver
