#include "runtime/driver/project_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

namespace grovec::driver {

namespace {

constexpr std::string_view kName = "/.grovec.yaml";

bool is_folder(const std::string& path) {
  struct stat st;
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

/// The folder that holds `.git`, from `folder` (a real path) upwards; empty if none does.
std::string checkout_of(std::string folder) {
  for (;;) {
    if (::access((folder + "/.git").c_str(), F_OK) == 0) return folder;
    if (folder == "/" || folder.empty()) return {};
    folder = folder_of(folder);
  }
}

/// As short as it can be said from here, since people read it.
std::string shown(const std::string& path) {
  char here[PATH_MAX];
  if (!::getcwd(here, sizeof here)) return path;
  const std::string prefix = std::string(here) + "/";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

Result<SuppressionFile> read_project_file(const std::string& path) {
  const std::string folder = real_path(folder_of(path)), checkout = checkout_of(folder);
  const std::string top = checkout.empty() ? folder : checkout;
  if (const std::string real = real_path(path); !real.empty() && !real.starts_with(top == "/" ? top : top + "/"))
    return Error{"`" + path + "` is a link that leads out of the checkout", Error::kUsage};
  return read_suppression_file(path);
}

std::string find_project_file(const std::string& file, const std::string& operand) {
  const bool is_stream = file == "-";
  std::string folder = real_path(is_stream ? "." : is_folder(file) ? file : folder_of(file));
  if (folder.empty()) return {};
  const std::string checkout = checkout_of(folder);
  std::string top = checkout;
  if (top.empty()) top = is_stream ? folder : real_path(is_folder(operand) ? operand : folder_of(operand));
  for (;;) {
    const std::string path = folder + std::string(kName);
    if (::access(path.c_str(), F_OK) == 0) return shown(path);
    if (folder == top || folder == "/" || !folder.starts_with(top)) return {};
    folder = folder_of(folder);
  }
}

bool names_surroundings(const SuppressionFile& file) {
  return !file.operator_config.empty() || !file.with.empty() || !file.namespace_.empty();
}

Result<SuppressionFile> project_file_of(const std::vector<std::string>& operands) {
  SuppressionFile out;
  for (const std::string& operand : operands) {
    const std::string path = find_project_file(operand, operand);
    if (path.empty() || path == out.path) continue;
    Result<SuppressionFile> file = read_project_file(path);
    if (!file) return file.error();
    if (out.path.empty()) {
      out = std::move(*file);
    } else if (names_surroundings(out) || names_surroundings(*file)) {
      return Error{"`" + out.path + "` and `" + path + "` say what surrounds the sets; name the files of one of them",
                   Error::kUsage};
    }
  }
  return out;
}

}  // namespace grovec::driver
