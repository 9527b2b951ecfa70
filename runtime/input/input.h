/// \file Which texts a command reads: files, directories, globs and standard input, each bounded.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"

namespace grovec::driver {

inline constexpr std::size_t kLargestFile = 64u << 20;  ///< bytes

/// A text to read. `path` is as the user wrote it or as found below a directory; "-" is standard input.
struct Input {
  std::string path;
  std::string name = {};     ///< --stdin-filename: what standard input is called
  std::string operand = {};  ///< what the user named to get here
  std::string env = {};      ///< environment of this .grove file, instead of `--env`
  bool is_walked = false;    ///< found below a directory or by a glob: the user did not name it
};

struct InputOptions {
  bool recursive = false;                 ///< -R: directories with their subfolders
  bool as_walked = false;                 ///< files that are named are treated as those that a walk meets
  bool tests = false;                     ///< of directories, the *.grovetest.yaml instead of the manifests
  std::string stdin_name = {};            ///< --stdin-filename, or empty
  std::vector<std::string> exclude = {};  ///< --exclude: globs of paths that a walk passes over
  /// Where folders that cannot be read go, so that they do not hide the others; nullptr: the first one is the result.
  std::vector<Error>* unreadable = nullptr;
};

/// Whether a path matches a glob: `*`, `?` and `[…]` within a part, `**` for any number of parts. A glob without `/`
/// in front is tried on every tail of the path, so `vendor/**` is found at any depth.
bool matches_path(const std::string& glob, std::string_view path);

/// Expands operands. A directory gives its manifests (*.yaml, *.yml, *.json, *.grove) in byte order of their names; a
/// glob (`*`, `?`, `[…]`, `**`, only if no file has that very name) the files it matches in byte order. Errors: a
/// missing path (3), a directory without manifests (1), a glob without a match (1), no operand at all (2), "-" twice
/// (2).
Result<std::vector<Input>> expand_inputs(const std::vector<std::string>& operands, const InputOptions& options);

/// The whole text. Errors: missing, unreadable, a directory (3); above kLargestFile (1); changed while it was read (3).
Result<std::string> read_input(const Input& input);

/// The folder of a file: `.` if its path names none.
std::string folder_of(const std::string& path);

/// What diagnostics call it: its name, else the path or `<stdin>`.
std::string display_name(const Input& input);

}  // namespace grovec::driver
