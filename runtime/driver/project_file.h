/// \file `.grovec.yaml`: what a repository says to every command about its own files.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/driver/suppress.h"
#include "runtime/input/input.h"

namespace grovec::driver {

/// The nearest `.grovec.yaml` from the folder of a file (or from a folder) upwards: to the root of the checkout, and
/// without one no further than `operand`, what the user named. Empty if there is none.
std::string find_project_file(const std::string& file, const std::string& operand);

/// Reads what `find_project_file` found. Error (2): it is a link out of the checkout, or as `read_suppression_file`.
Result<SuppressionFile> read_project_file(const std::string& path);

/// As the system knows it, links resolved; empty if there is nothing.
std::string real_path(const std::string& path);

/// The `.grovec.yaml` of many files: each is looked for once in a folder, and read once.
class ProjectFiles {
 public:
  /// What serves this file, or nullptr. Errors as `read_project_file`.
  Result<const SuppressionFile*> of(const Input& input);

 private:
  std::map<std::string, std::string> by_folder_;                         // and operand: path, may be empty
  std::map<std::string, std::unique_ptr<const SuppressionFile>> files_;  // by path
};

/// `expand_inputs`, without the files of a walk that their `.grovec.yaml` excludes.
Result<std::vector<Input>> expand_project(const std::vector<std::string>& operands, const InputOptions& options);

/// That of all files of the operands. Error (2): two of them name different surroundings, and one run has one
/// environment.
Result<SuppressionFile> project_file_of(const std::vector<std::string>& operands, const InputOptions& options = {});

struct CompileRequest;
/// The surroundings that the `.grovec.yaml` of these files names, where the request names none.
Result<Done> add_project(CompileRequest& request, const std::vector<std::string>& operands,
                         const InputOptions& options);

/// Whether a project file says what surrounds the sets.
bool names_surroundings(const SuppressionFile& file);

}  // namespace grovec::driver
