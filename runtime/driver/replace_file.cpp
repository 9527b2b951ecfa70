#include "runtime/driver/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "ir/base/utf8.h"
#include "runtime/input/input.h"

namespace grovec::driver {

namespace {

bool is_link(const std::string& path) {
  struct stat st;
  return ::lstat(path.c_str(), &st) == 0 && S_ISLNK(st.st_mode);
}

Error failure(const std::string& path) {
  return Error{"cannot write `" + printable(path) + "`: " + std::strerror(errno)};
}

bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Ctrl-C waits while a temporary file is there. No other thread runs then that could take the signal.
class DeferInterrupts {
 public:
  DeferInterrupts() {
    sigset_t wait;
    ::sigemptyset(&wait);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wait, signal);
    ::pthread_sigmask(SIG_BLOCK, &wait, &before_);
  }
  ~DeferInterrupts() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;

 private:
  sigset_t before_;
};

/// The same file with the same content as before.
bool is_unchanged(const std::string& path, const struct stat& was, const std::string& before) {
  struct stat now;
  if (::lstat(path.c_str(), &now) != 0 || now.st_ino != was.st_ino || now.st_dev != was.st_dev) return false;
  const Result<std::string> text = read_input({path});
  return text && *text == before;
}

}  // namespace

std::string why_not_replaced(const std::string& path) {
  if (path == "-") return "standard input";
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
    if (is_link(path.substr(0, at))) return "it lies behind the link `" + printable(path.substr(0, at)) + "`";
  struct stat st;
  if (::lstat(path.c_str(), &st) != 0) return std::strerror(errno);
  if (S_ISLNK(st.st_mode)) return "it is a link";
  if (!S_ISREG(st.st_mode)) return "it is no regular file";
  if (st.st_nlink > 1) return "it has a second name (a hard link)";
  return {};
}

Result<Done> replace_file(const std::string& path, const std::string& before, const std::string& after) {
  struct stat was;
  if (::lstat(path.c_str(), &was) != 0) return failure(path);
  if (std::string why = why_not_replaced(path); !why.empty())
    return Error{"`" + printable(path) + "` is not changed: " + why};
  if (::access(path.c_str(), W_OK) != 0) return failure(path);
  const DeferInterrupts whole_step;
  std::string temporary = path + ".grovec-XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return failure(path);
  auto give_up = [&](Error error) {
    ::close(fd);
    ::unlink(temporary.c_str());
    return error;
  };
  struct stat made;
  const bool has_owner = ::fstat(fd, &made) == 0 && made.st_uid == was.st_uid && made.st_gid == was.st_gid;
  if (!write_whole(fd, after) || (!has_owner && ::fchown(fd, was.st_uid, was.st_gid) != 0) ||
      ::fchmod(fd, was.st_mode & 07777) != 0 || ::fsync(fd) != 0)
    return give_up(failure(path));
  if (!is_unchanged(path, was, before))
    return give_up(Error{"`" + printable(path) + "` changed while it was checked, and is left alone; run again"});
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up(failure(path));
  ::close(fd);
  return Done{};
}

}  // namespace grovec::driver
