#include "runtime/input/input.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "ir/base/utf8.h"
#include "runtime/input/patterns.h"

namespace grovec::driver {

namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t slash = std::min(path.find('/', from), path.size());
    const std::string_view part = path.substr(from, slash - from);
    if (part != "." && !(part.empty() && from > 0)) out.emplace_back(part);
    from = slash + 1;
  }
  return out;
}

/// Parts of a glob against parts of a path. `**` may stand for none, one or more of them; linear in their product.
bool match_parts(std::span<const std::string> glob, std::span<const std::string> path) {
  std::vector<char> row(path.size() + 1, 0);  // row[n]: what is left of the glob matches path[n..]
  row[path.size()] = 1;
  for (std::size_t g = glob.size(); g-- > 0;) {
    if (glob[g] == "**") {
      for (std::size_t n = path.size(); n-- > 0;) row[n] = row[n] || row[n + 1];
      continue;
    }
    for (std::size_t n = 0; n < path.size(); ++n)
      row[n] = row[n + 1] && ::fnmatch(glob[g].c_str(), path[n].c_str(), 0) == 0;
    row[path.size()] = 0;
  }
  return row[0];
}

std::string reason() { return std::strerror(errno); }

bool is_test(std::string_view name) { return name.ends_with(".grovetest.yaml"); }

bool is_manifest(std::string_view name) {
  for (std::string_view ending : {".yaml", ".yml", ".json", ".grove"})
    if (name.size() > ending.size() && name.ends_with(ending) && name[0] != '.') return true;
  return false;
}

// Depth-first, entries of a folder in byte order; symbolic links to folders are not followed, so that there are no
// cycles. A link to nothing is listed, so that reading it says so.
Result<Done> list_folder(const std::string& folder, const InputOptions& options, std::vector<Input>& out) {
  DIR* dir = ::opendir(folder.c_str());
  if (!dir) {
    Error error{"cannot read directory `" + printable(folder) + "`: " + reason()};
    if (!options.unreadable) return error;
    options.unreadable->push_back(std::move(error));
    return Done{};
  }
  std::vector<std::string> names;
  while (dirent* entry = ::readdir(dir)) names.emplace_back(entry->d_name);
  ::closedir(dir);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (name[0] == '.') continue;
    std::string path = folder.ends_with('/') ? folder + name : folder + "/" + name;
    struct stat st;
    if (::lstat(path.c_str(), &st) != 0) continue;  // gone meanwhile
    bool is_link = S_ISLNK(st.st_mode);
    bool is_broken = is_link && ::stat(path.c_str(), &st) != 0;
    if (S_ISDIR(st.st_mode)) {
      if (!options.recursive || is_link || is_excluded(path, options)) continue;
      Result<Done> below = list_folder(path, options, out);
      if (!below) return below;
    } else if ((S_ISREG(st.st_mode) || is_broken) && is_manifest(name) && is_test(name) == options.tests) {
      if (!is_excluded(path, options)) out.push_back({.path = path, .is_walked = true});
    }
  }
  return Done{};
}

/// `**` walks the folder in front of it.
Result<Done> expand_deep_glob(const std::string& pattern, const InputOptions& options, std::vector<Input>& out) {
  const std::size_t first = pattern.find_first_of("*?[");
  const std::size_t slash = pattern.rfind('/', first);
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : pattern.substr(0, slash);
  std::vector<Input> all;
  InputOptions deep = options;
  deep.recursive = true;
  Result<Done> listed = list_folder(folder, deep, all);
  if (!listed) return listed;
  const std::vector<std::string> glob = parts_of(pattern);
  const std::size_t before = out.size();
  for (Input& found : all) {
    if (slash == std::string::npos) found.path.erase(0, 2);
    if (match_parts(glob, parts_of(found.path))) out.push_back(std::move(found));
  }
  if (out.size() == before) return Error{"no file matches `" + printable(pattern) + "`", Error::kContent};
  return Done{};
}

Result<Done> expand_glob(const std::string& pattern, const InputOptions& options, std::vector<Input>& out) {
  if (pattern.find("**") != std::string::npos) return expand_deep_glob(pattern, options, out);
  glob_t found{};
  int rc = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; rc == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (paths.empty()) return Error{"no file matches `" + printable(pattern) + "`", Error::kContent};
  std::sort(paths.begin(), paths.end());
  for (std::string& p : paths) {
    struct stat st;
    if (::stat(p.c_str(), &st) == 0 && S_ISREG(st.st_mode) && !is_excluded(p, options))
      out.push_back({.path = std::move(p), .is_walked = true});
  }
  return Done{};
}

Result<std::string> read_fd(int fd, const std::string& name, std::size_t size_hint) {
  std::string text;
  text.resize(std::min(size_hint, kLargestFile) + 4096);
  std::size_t used = 0;
  for (;;) {
    if (used == text.size()) text.resize(text.size() * 2);
    ssize_t n = ::read(fd, text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{"cannot read `" + printable(name) + "`: " + reason()};
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
    if (used > kLargestFile)
      return Error{"`" + printable(name) + "` is larger than the limit of 64 MiB for a file; split it",
                   Error::kContent};
  }
  text.resize(used);
  return text;
}

}  // namespace

bool matches_path(const std::string& glob, std::string_view path) {
  const bool is_anchored = glob.starts_with('/');
  std::vector<std::string> pattern = parts_of(glob.starts_with("./") ? glob.substr(2) : glob);
  if (!pattern.empty() && pattern.back().empty()) pattern.back() = "**";
  const std::vector<std::string> parts = parts_of(path);
  for (std::size_t from = 0; from < parts.size(); ++from) {
    if (match_parts(pattern, std::span(parts).subspan(from))) return true;
    if (is_anchored) return false;
  }
  return false;
}

bool is_excluded(const std::string& path, const InputOptions& options) {
  return std::any_of(options.exclude.begin(), options.exclude.end(),
                     [&](const std::string& glob) { return matches_path(glob, path); });
}

bool matches_whole_path(const std::string& glob, std::string_view path) {
  std::string_view written = glob;
  while (written.starts_with("./") || written.starts_with('/')) written.remove_prefix(written.find('/') + 1);
  std::vector<std::string> pattern = parts_of(written);
  if (!pattern.empty() && pattern.back().empty()) pattern.pop_back();
  const std::vector<std::string> parts = parts_of(path);
  if (match_parts(pattern, parts)) return true;
  pattern.emplace_back("**");
  return match_parts(pattern, parts);
}

std::string folder_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string display_name(const Input& input) {
  if (!input.name.empty()) return input.name;
  return input.path == "-" ? "<stdin>" : input.path;
}

Result<std::vector<Input>> expand_inputs(const std::vector<std::string>& operands, const InputOptions& options) {
  if (operands.empty()) return Error{"no input; name a file, a directory, or `-` for standard input", Error::kUsage};
  std::vector<Input> out;
  bool stdin_taken = false;
  std::size_t placed = 0;
  for (const std::string& operand : operands) {
    for (; placed < out.size(); ++placed)
      out[placed].operand = operands[static_cast<std::size_t>(&operand - operands.data()) - 1];
    if (operand == "-") {
      if (stdin_taken) return Error{"`-` can be named only once", Error::kUsage};
      stdin_taken = true;
      out.push_back({.path = operand, .name = options.stdin_name});
      continue;
    }
    struct stat st;
    if (::stat(operand.c_str(), &st) != 0) {
      if (errno == ENOENT && operand.find_first_of("*?[") != std::string::npos) {
        Result<Done> globbed = expand_glob(operand, options, out);
        if (!globbed) return globbed.error();
        continue;
      }
      return Error{"cannot read `" + printable(operand) + "`: " + reason()};
    }
    if (!S_ISDIR(st.st_mode)) {
      if (!options.as_walked || !is_excluded(operand, options))
        out.push_back({.path = operand, .is_walked = options.as_walked});
      continue;
    }
    std::size_t before = out.size(), unreadable = options.unreadable ? options.unreadable->size() : 0;
    Result<Done> listed = list_folder(operand, options, out);
    if (!listed) return listed.error();
    if (options.unreadable && options.unreadable->size() > unreadable) continue;
    if (out.size() == before)
      return Error{options.tests
                       ? "directory `" + printable(operand) + "` has no test (*.grovetest.yaml)"
                       : "directory `" + printable(operand) + "` has no manifest (*.yaml, *.yml, *.json, *.grove)" +
                             (options.recursive ? "" : "; -R reads its subfolders too"),
                   Error::kContent};
  }
  for (; placed < out.size(); ++placed) out[placed].operand = operands.back();
  return out;
}

Result<std::string> read_input(const Input& input) {
  if (input.path == "-") return read_fd(STDIN_FILENO, "<stdin>", 0);
  int fd = ::open(input.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{"cannot read `" + printable(input.path) + "`: " + reason()};
  struct stat before {
  }, after{};
  ::fstat(fd, &before);
  if (S_ISDIR(before.st_mode)) {
    ::close(fd);
    return Error{"`" + printable(input.path) + "` is a directory"};
  }
  bool regular = S_ISREG(before.st_mode);
  if (regular && static_cast<std::size_t>(before.st_size) > kLargestFile) {
    ::close(fd);
    return Error{"`" + printable(input.path) + "` is larger than the limit of 64 MiB for a file; split it",
                 Error::kContent};
  }
  Result<std::string> text = read_fd(fd, input.path, static_cast<std::size_t>(before.st_size));
  ::fstat(fd, &after);
  ::close(fd);
  bool changed = before.st_mtim.tv_sec != after.st_mtim.tv_sec || before.st_mtim.tv_nsec != after.st_mtim.tv_nsec ||
                 before.st_size != after.st_size;
  if (text && regular && changed) return Error{"`" + printable(input.path) + "` changed while it was read; run again"};
  return text;
}

}  // namespace grovec::driver
