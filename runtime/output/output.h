/// \file Where bytes go: a buffered file descriptor, and files that appear whole or not at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace grovec::driver {

/// Buffers and writes in large blocks. After the first failure everything is dropped and `ok()` is false; the failure
/// is told by `finish()`. A reader that went away (EPIPE) is not a failure: `reader_gone()`. Handles short writes,
/// EINTR, and descriptors that are non-blocking. Asks for a larger pipe once there is much to write; the kernel may
/// refuse.
class FdWriter {
 public:
  explicit FdWriter(int fd, std::string name);
  ~FdWriter();
  FdWriter(const FdWriter&) = delete;
  FdWriter& operator=(const FdWriter&) = delete;

  void write(std::string_view bytes) {
    if (bytes.size() <= kCapacity - used_) {
      __builtin_memcpy(buffer_.get() + used_, bytes.data(), bytes.size());
      used_ += bytes.size();
    } else {
      write_slow(bytes);
    }
  }
  /// Room for `size` <= kLargestReserve bytes to be filled by the caller, then `commit`ted.
  char* reserve(std::size_t size) {
    if (kCapacity - used_ < size) flush();
    return buffer_.get() + used_;
  }
  void commit(std::size_t size) { used_ += size; }
  void flush();
  bool ok() const { return error_ == 0; }
  bool reader_gone() const;
  /// Flushes; the first failure, if there was one.
  Result<Done> finish();

  static constexpr std::size_t kCapacity = 256 * 1024;
  static constexpr std::size_t kLargestReserve = 64 * 1024;

 private:
  void write_slow(std::string_view bytes);
  void write_all(const char* data, std::size_t size);
  void widen_pipe();
  static constexpr int kPipeSize = 512 * 1024;
  int fd_;
  std::string name_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
  int error_ = 0;
  bool is_widened_ = false;
};

/// Replaces `path` by `text` at once: written beside it, synced to the file system's cache, renamed. The old file stays
/// if anything fails. A link stays a link; a device or a pipe is written into.
Result<Done> write_file_atomically(const std::string& path, std::string_view text);

}  // namespace grovec::driver
