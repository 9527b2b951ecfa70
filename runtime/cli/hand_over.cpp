#include "runtime/cli/hand_over.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/cli/commands.h"
#include "runtime/driver/version.h"
#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

namespace {
bool is_program(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

std::string own_path() {
  std::string path(4096, '\0');
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return path;
}
}  // namespace

Result<std::string> find_live_program(const std::string& own_path, const std::string& path_variable,
                                      std::string_view program) {
  const std::string name = "/" + std::string(program);
  const std::string folder = own_path.substr(0, own_path.rfind('/'));
  const std::string parent = folder.substr(0, folder.rfind('/'));
  const std::string libexec = parent + "/libexec/grovec";
  if (!own_path.empty())
    for (const std::string& place : {folder, libexec})
      if (is_program(place + name)) return place + name;
  const std::string list = path_variable + ":";
  for (std::size_t begin = 0, end; (end = list.find(':', begin)) != list.npos; begin = end + 1) {
    const std::string place = list.substr(begin, end - begin);
    // Not from the present folder, however PATH names it: that may be somebody else's repository.
    if (place.starts_with("/") && is_program(place + name)) return place + name;
  }
  return Error{"this command needs the program `" + std::string(program) + "`, which is neither in `" + folder +
                   "` nor in `" + libexec + "` nor in PATH; it comes with the packages of grovec",
               Error::kUsage};
}

int hand_over(std::span<const std::string> args, std::string_view name) {
  const char* variable = std::getenv("PATH");
  Result<std::string> program = find_live_program(own_path(), variable ? variable : "", name);
  if (!program) return fail(kCannotRead, program.error().message);
  std::vector<std::string> texts = {std::string(name), std::string(kHandOverOption) + std::string(driver::kVersion)};
  texts.insert(texts.end(), args.begin(), args.end());
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::execv(program->c_str(), pointers.data());
  return fail(kCannotRead, "cannot start `" + *program + "`: " + std::strerror(errno));
}

}  // namespace grovec::cli
