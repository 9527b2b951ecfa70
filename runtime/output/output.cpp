#include "runtime/output/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ir/base/utf8.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/write_whole.h"

namespace grovec::driver {

namespace {

Error io_error(const std::string& what, int code) { return {what + ": " + std::strerror(code)}; }

}  // namespace

int write_whole(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {  // whoever shares the descriptor made it non-blocking
      pollfd ready{fd, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return errno;
      continue;
    }
    if (n < 0) return errno;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}

FdWriter::FdWriter(int fd, std::string name, AtEnd at_end)
    : fd_(fd), name_(std::move(name)), buffer_(std::make_unique_for_overwrite<char[]>(kCapacity)), at_end_(at_end) {}

FdWriter::~FdWriter() { flush(); }

void FdWriter::write_all(const char* data, std::size_t size) {
  if (error_ == 0) error_ = write_whole(fd_, data, size);
}

/// A pipe holds 64 KiB unless it is told otherwise, which would make writer and reader wait for each other four times
/// for each buffer.
void FdWriter::widen_pipe() {
  is_widened_ = true;
  const int size = ::fcntl(fd_, F_GETPIPE_SZ);  // -1 if it is no pipe
  if (size >= 0 && size < kPipeSize) ::fcntl(fd_, F_SETPIPE_SZ, kPipeSize);
}

void FdWriter::flush() {
  if (!is_widened_ && used_ > kCapacity / 2) widen_pipe();
  write_all(buffer_.get(), used_);
  used_ = 0;
}

void FdWriter::flush_or_throw() {
  flush();
  if (error_ != 0 && at_end_ == AtEnd::kThrow) throw OutputEnded{};
}

void FdWriter::write_slow(std::string_view bytes) {
  flush_or_throw();
  if (bytes.size() >= kCapacity) {
    write_all(bytes.data(), bytes.size());
    return;
  }
  std::memcpy(buffer_.get(), bytes.data(), bytes.size());
  used_ = bytes.size();
}

bool FdWriter::reader_gone() const { return error_ == EPIPE; }

Result<Done> FdWriter::finish() {
  flush();
  if (error_ == 0 || error_ == EPIPE) return Done{};
  return io_error("cannot write " + name_, error_);
}

namespace {

/// Devices and pipes take the text as it comes; replacing them would take them away.
Result<Done> write_in_place(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return io_error("cannot write `" + printable(path) + "`", errno);
  int error = write_whole(fd, text.data(), text.size());
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 || error == EPIPE) return Done{};
  return io_error("cannot write `" + printable(path) + "`", error);
}

/// Where a symbolic link leads; the path itself if it is none or leads nowhere.
std::string target_of(const std::string& path) {
  char resolved[PATH_MAX];
  struct stat st;
  const bool is_link = ::lstat(path.c_str(), &st) == 0 && S_ISLNK(st.st_mode);
  return is_link && ::realpath(path.c_str(), resolved) ? resolved : path;
}

}  // namespace

Result<Done> write_file_atomically(const std::string& path, std::string_view text) {
  const std::string target = target_of(path);
  struct stat st;
  const bool exists = ::stat(target.c_str(), &st) == 0;
  if (exists && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return write_in_place(target, text);
  std::string temporary = target + ".grovec-XXXXXX";
  defer_interrupts();
  int fd = ::mkstemp(temporary.data());
  if (fd < 0) return io_error("cannot write `" + printable(path) + "`", errno);
  int error = write_whole(fd, text.data(), text.size());
  // Root may format the files of others; for anyone else the owner cannot change.
  if (exists && ::fchown(fd, st.st_uid, st.st_gid) != 0 && ::geteuid() == 0 && error == 0) error = errno;
  if (::fchmod(fd, exists ? st.st_mode & 07777 : 0644) != 0 && error == 0) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && interrupted()) error = EINTR;
  if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  if (error == 0) return Done{};
  return io_error("cannot write `" + printable(path) + "`", error);
}

}  // namespace grovec::driver
