#include "runtime/input/git_text.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "ir/base/utf8.h"
#include "runtime/input/input.h"

extern char** environ;

namespace grovec::driver {

namespace {

struct GitAnswer {
  int exit_code;
  std::string out;
  std::string words = {};  ///< what git said on standard error, its first lines
};

/// The words of git as a part of a message, or nothing.
std::string words_of(const GitAnswer& answer) {
  std::string out = answer.words.substr(0, 600);
  for (char& c : out)
    if (c == '\n' || c == '\t') c = ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out.empty() ? out : "; git says: " + printable(out);
}

// Runs git without a shell.
Result<GitAnswer> run_git(const std::vector<std::string>& args) {
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) return Error{"cannot make a pipe for git"};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
  const int words = ::memfd_create("git", MFD_CLOEXEC);
  if (words >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
  else
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  std::vector<char*> argv{const_cast<char*>("git")};
  for (const std::string& a : args) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  int failed = ::posix_spawnp(&pid, "git", &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_fds[1]);
  if (failed != 0) {
    ::close(pipe_fds[0]);
    if (words >= 0) ::close(words);
    return Error{"cannot run git, which `--old-ref` needs"};
  }
  GitAnswer answer{-1, {}};
  char buffer[1 << 16];
  for (;;) {
    ssize_t n = ::read(pipe_fds[0], buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    answer.out.append(buffer, static_cast<std::size_t>(n));
    if (answer.out.size() > kLargestFile) break;
  }
  ::close(pipe_fds[0]);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (words >= 0) {
    const ssize_t n = ::pread(words, buffer, 2048, 0);
    if (n > 0) answer.words.assign(buffer, static_cast<std::size_t>(n));
    ::close(words);
  }
  return answer;
}

}  // namespace

Result<Done> check_git_ref(const std::string& folder, const std::string& ref) {
  Result<GitAnswer> inside = run_git({"-C", folder, "rev-parse", "--is-inside-work-tree"});
  if (!inside) return inside.error();
  if (inside->exit_code != 0)
    return Error{"`" + folder + "` is in no git checkout, so `--old-ref` cannot be used" + words_of(*inside),
                 Error::kUsage};
  Result<GitAnswer> commit = run_git({"-C", folder, "rev-parse", "--verify", "--end-of-options", ref + "^{commit}"});
  if (!commit) return commit.error();
  if (commit->exit_code != 0) {
    Result<GitAnswer> shallow = run_git({"-C", folder, "rev-parse", "--is-shallow-repository"});
    const bool is_shallow = shallow && shallow->out.starts_with("true");
    return Error{
        "git knows no commit `" + ref + "`" +
            (is_shallow ? "; this is a shallow clone: fetch the history, in GitHub's checkout with `fetch-depth: 0`"
                        : words_of(*commit)),
        Error::kUsage};
  }
  return Done{};
}

Result<std::optional<std::string>> text_at_ref(const std::string& path, const std::string& ref) {
  // The folder may have gone since: the nearest one that is there knows the commit as well.
  std::string folder = folder_of(path), name = path.substr(path.rfind('/') + 1);
  while (::access(folder.c_str(), F_OK) != 0 && folder != "." && folder != "/") {
    name = folder.substr(folder.rfind('/') + 1) + "/" + name;
    folder = folder_of(folder);
  }
  Result<GitAnswer> shown = run_git({"-C", folder, "show", "--end-of-options", ref + ":./" + name});
  if (!shown) return shown.error();
  if (shown->out.size() > kLargestFile)
    return Error{"`" + printable(path) + "` at `" + ref + "` is larger than the limit of 64 MiB for a file",
                 Error::kContent};
  if (shown->exit_code != 0) {  // the file is not there, or the folder belongs to another checkout, or to none
    Result<Done> known = check_git_ref(folder, ref);
    if (!known) return Error{known.error().message};
    return std::optional<std::string>();
  }
  return std::optional<std::string>(std::move(shown->out));
}

Result<std::string> top_of_checkout(const std::string& folder) {
  Result<GitAnswer> top = run_git({"-C", folder, "rev-parse", "--show-toplevel"});
  if (!top) return top.error();
  if (top->exit_code != 0) return Error{"`" + folder + "` is in no git checkout" + words_of(*top), Error::kUsage};
  while (top->out.ends_with('\n')) top->out.pop_back();
  return std::move(top->out);
}

Result<std::vector<std::string>> files_with_sets(const std::string& root, const std::string& ref) {
  // `set` at the start of a line is how .grove files declare one.
  Result<GitAnswer> found =
      run_git({"-C", root, "grep", "-l", "-z", "-I", "-E", "-e", "PodCliqueSet|^[[:space:]]*set[[:space:]]", ref, "--",
               "*.yaml", "*.yml", "*.json", "*.grove"});
  if (!found) return found.error();
  if (found->exit_code > 1 || found->exit_code < 0)
    return Error{"git cannot search commit `" + ref + "`" + words_of(*found)};
  std::vector<std::string> out;
  std::string_view list = found->out;
  const std::string prefix = ref + ":";
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\0'), list.size());
    std::string_view name = list.substr(0, end);
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    if (!name.empty()) out.emplace_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

Result<std::optional<std::string>> text_at_top(const std::string& root, const std::string& file,
                                               const std::string& ref) {
  Result<GitAnswer> shown = run_git({"-C", root, "show", "--end-of-options", ref + ":" + file});
  if (!shown) return shown.error();
  if (shown->exit_code != 0 || shown->out.size() > kLargestFile) return std::optional<std::string>();
  return std::optional<std::string>(std::move(shown->out));
}

}  // namespace grovec::driver
