#include "runtime/input/git_text.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "runtime/input/input.h"

extern char** environ;

namespace grovec::driver {

namespace {

struct GitAnswer {
  int exit_code;
  std::string out;
};

// Runs git without a shell; its own messages are not shown.
Result<GitAnswer> run_git(const std::vector<std::string>& args) {
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) return Error{"cannot make a pipe for git"};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
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
  return answer;
}

}  // namespace

Result<Done> check_git_ref(const std::string& folder, const std::string& ref) {
  Result<GitAnswer> inside = run_git({"-C", folder, "rev-parse", "--is-inside-work-tree"});
  if (!inside) return inside.error();
  if (inside->exit_code != 0)
    return Error{"`" + folder + "` is in no git checkout, so `--old-ref` cannot be used", Error::kUsage};
  Result<GitAnswer> commit =
      run_git({"-C", folder, "rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"});
  if (!commit) return commit.error();
  if (commit->exit_code != 0) return Error{"git knows no commit `" + ref + "`", Error::kUsage};
  return Done{};
}

Result<std::optional<std::string>> text_at_ref(const std::string& path, const std::string& ref) {
  std::size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  Result<GitAnswer> shown = run_git({"-C", folder_of(path), "show", "--end-of-options", ref + ":./" + name});
  if (!shown) return shown.error();
  if (shown->out.size() > kLargestFile)
    return Error{"`" + path + "` at `" + ref + "` is larger than the limit of 64 MiB for a file", Error::kContent};
  if (shown->exit_code != 0) {  // the file is not there, or the folder belongs to another checkout, or to none
    Result<Done> known = check_git_ref(folder_of(path), ref);
    if (!known) return Error{known.error().message};
    return std::optional<std::string>();
  }
  return std::optional<std::string>(std::move(shown->out));
}

}  // namespace grovec::driver
