/// \file Runs git, without a shell: one question and its answer, or many objects through one process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::driver {

/// A git process and our ends of its streams; -1 is none.
struct GitChild {
  pid_t pid = -1;
  int in = -1;     ///< its standard input
  int out = -1;    ///< its standard output
  int words = -1;  ///< a file of what it says on standard error
};

struct GitAnswer {
  int exit_code = -1;
  std::string out = {};    ///< stops above kLargestFile
  std::string words = {};  ///< what git said on standard error, its first lines
};

/// The words of git as a part of a message, or nothing.
std::string words_of(const GitAnswer& answer);

/// Runs git to its end. Errors: there is no git (3); what git itself says is in the answer.
Result<GitAnswer> run_git(const std::vector<std::string>& args);

/// Blobs of one checkout through one `git cat-file --batch`. It starts with the first question and ends with the
/// object. For one thread at a time.
class GitBlobs {
 public:
  explicit GitBlobs(std::string folder) : folder_(std::move(folder)) {}
  ~GitBlobs() { stop(); }
  GitBlobs(const GitBlobs&) = delete;
  GitBlobs& operator=(const GitBlobs&) = delete;

  /// The blob called `name`, which must have no line break; nothing if git knows none. Errors: git does not go on (3),
  /// more than kLargestFile (1).
  Result<std::optional<std::string>> read(const std::string& name);

 private:
  Result<std::optional<std::string>> content(const std::string& name, std::string_view header);
  bool write_line(std::string line) const;
  /// Takes the next line without its end; false at the end of the stream.
  bool read_line(std::string& out);
  bool read_bytes(std::size_t count, std::string& out);
  /// Ends the process; what it said last is the error.
  Error broken(const std::string& name);
  GitAnswer stop();

  std::string folder_, buffer_;
  GitChild child_;
};

}  // namespace grovec::driver
