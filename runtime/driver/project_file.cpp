#include "runtime/driver/project_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "ir/base/utf8.h"
#include "runtime/driver/compile.h"
#include "runtime/driver/patterns.h"

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
    return Error{"`" + printable(path) + "` is a link that leads out of the checkout", Error::kUsage};
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

Result<const SuppressionFile*> ProjectFiles::of(const Input& input) {
  const std::string& operand = input.operand.empty() ? input.path : input.operand;
  auto [known, is_new] = by_folder_.emplace(folder_of(input.path) + "\n" + operand, std::string());
  if (is_new) known->second = find_project_file(input.path, operand);
  if (known->second.empty()) return static_cast<const SuppressionFile*>(nullptr);
  std::unique_ptr<const SuppressionFile>& file = files_[known->second];
  if (!file) {
    Result<SuppressionFile> read = read_project_file(known->second);
    if (!read) return read.error();
    file = std::make_unique<const SuppressionFile>(std::move(*read));
  }
  return file.get();
}

Result<std::vector<Input>> expand_project(const std::vector<std::string>& operands, const InputOptions& options) {
  Result<std::vector<Input>> inputs = expand_inputs(operands, options);
  if (!inputs) return inputs;
  ProjectFiles projects;
  std::vector<Input> kept;
  for (Input& input : *inputs) {
    if (input.is_walked) {
      Result<const SuppressionFile*> file = projects.of(input);
      if (!file) return file.error();
      if (*file && names_path(**file, (*file)->exclude, input.path)) continue;
    }
    kept.push_back(std::move(input));
  }
  return kept;
}

Result<SuppressionFile> project_file_of(const std::vector<std::string>& operands, const InputOptions& options) {
  std::vector<Error> unreadable;  // whoever reads the files reports them
  InputOptions walk = options;
  walk.unreadable = &unreadable;
  Result<std::vector<Input>> inputs = expand_project(operands, walk);
  if (!inputs) {
    inputs = std::vector<Input>();
    for (const std::string& operand : operands) inputs->push_back({.path = operand, .operand = operand});
  }
  ProjectFiles projects;
  SuppressionFile out;
  for (const Input& input : *inputs) {
    Result<const SuppressionFile*> file = projects.of(input);
    if (!file) return file.error();
    if (!*file || (*file)->path == out.path) continue;
    if (out.path.empty()) {
      out = **file;
    } else if (names_surroundings(out) || names_surroundings(**file)) {
      return Error{"`" + printable(out.path) + "` and `" + printable((*file)->path) +
                       "` say what surrounds the sets; name the files of one of them",
                   Error::kUsage};
    }
  }
  return out;
}

Result<Done> add_project(CompileRequest& request, const std::vector<std::string>& operands,
                         const InputOptions& options) {
  Result<SuppressionFile> file = project_file_of(operands, options);
  if (!file) return file.error();
  if (request.with.empty()) request.with = file->with;
  if (request.operator_config.empty()) request.operator_config = file->operator_config;
  if (request.namespace_.empty()) request.default_namespace = file->namespace_;
  return Done{};
}

}  // namespace grovec::driver
