#include "runtime/cli/stale_files.h"

#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/input/input.h"
#include "runtime/output/object_files.h"
#include "runtime/output/output.h"
#include "runtime/terminal/table.h"
#include "runtime/terminal/text_diff.h"

namespace grovec::cli {

namespace {

constexpr std::size_t kLongestDiff = 256 * 1024;

void add_diff(const std::string& path, std::string_view before, std::string_view after, Stale& out) {
  ++out.files;
  if (out.diff.size() < kLongestDiff)
    out.diff += unified_diff(before, after, path, "as it should be");
  else
    ++out.hidden;
}

Result<std::optional<std::string>> text_of(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return std::optional<std::string>();
  Result<std::string> text = driver::read_input({path});
  if (!text) return text.error();
  return std::optional(std::move(*text));
}

}  // namespace

FolderComparison::FolderComparison(std::string folder, Stale& out) : folder_(std::move(folder)), out_(out) {}

Result<Done> FolderComparison::add(const std::string& name, std::string_view text) {
  added_.insert(name);
  return compare_file(folder_ + "/" + name, text, out_);
}

Result<Done> FolderComparison::commit(std::string_view index) {
  const std::string path = folder_ + "/" + std::string(driver::kIndexName);
  Result<std::optional<std::string>> old = text_of(path);
  if (!old) return old.error();
  if (const auto names = *old ? driver::files_of_index(**old) : std::nullopt)
    for (const std::string& name : *names) {
      if (added_.contains(name) || name.empty() || name.find('/') != std::string::npos) continue;
      Result<std::optional<std::string>> text = text_of(folder_ + "/" + name);
      if (!text) return text.error();
      if (*text) add_diff(folder_ + "/" + name, **text, "", out_);
    }
  return compare_file(path, index, out_);
}

Result<Done> compare_file(const std::string& path, std::string_view text, Stale& out) {
  Result<std::optional<std::string>> old = text_of(path);
  if (!old) return old.error();
  if (!*old || **old != text) add_diff(path, *old ? std::string_view(**old) : "", text, out);
  return Done{};
}

int report_stale(const Stale& stale, std::string_view remedy) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(stale.diff);
  if (Result<Done> done = out.finish(); !done) return fail(done.error());
  if (stale.files == 0) return kClean;
  std::string message = counted(stale.files, "file") + (stale.files == 1 ? " is" : " are") + " stale";
  if (stale.hidden > 0) message += " (" + std::to_string(stale.hidden) + " of them not shown)";
  return fail(kFound, message + "; " + std::string(remedy));
}

}  // namespace grovec::cli
