/// \file What the user does not want to hear: levels by code, comments, and `.grovec.yaml`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/base/result.h"

namespace grovec::driver {

enum class LintLevel : std::uint8_t { kOff, kWarn, kError };
using Levels = std::map<std::uint16_t, LintLevel>;

/// Stage compile, but what is about the surroundings: upstream admits it, although there is no correct output.
bool is_admitted_anyway(const DiagInfo& info);
/// Lints, warnings, and what is admitted but has no correct output: the rest is upstream's verdict and stays.
bool can_be_lowered(const DiagInfo& info);
/// "GV6101", "gv6101" or "6101"; 0 if it is none of the catalogue.
std::uint16_t parse_code(std::string_view text);
/// One value of `-W`: "GV6101=off". Errors have exit code 2.
Result<Done> parse_level(std::string_view text, Levels& levels);

/// An `ignore` entry of `.grovec.yaml`.
struct IgnoreEntry {
  std::uint16_t code;
  std::vector<std::string> files;  ///< globs, relative to the folder of the file; empty = everywhere
  std::string reason;
  Position begin, end;  ///< of the entry
};
struct SuppressionFile {
  std::string path;  ///< empty = there is none
  std::vector<IgnoreEntry> entries;
  Levels levels;
  std::vector<std::string> exclude, with;   ///< globs; paths as seen from here
  std::string operator_config, namespace_;  ///< path as seen from here, or `chart`; both may be empty
};
/// Reads a `.grovec.yaml`. Errors have exit code 2 and tell line and column.
Result<SuppressionFile> read_suppression_file(const std::string& path);
/// The same for a text that stood at `path` in another commit.
Result<SuppressionFile> read_suppression_text(const std::string& path, std::string text);

/// Drops, lowers and raises the findings of one file: levels first, then `# grovec:ignore CODE reason` on the line of a
/// finding (or on a line of its own above it), then the file's entries. Reports suppressions that are unused, unknown,
/// forbidden or without a reason. Returns how many findings were suppressed.
/// For each entry of the file, `seen` gets kEntryApplies and kEntryUsed. `base_text`: the file as it was in the commit
/// of
/// `--config-ref`; comments that it does not have do not count, and are reported (nullptr: all count).
std::uint32_t apply_suppressions(Context& context, const Levels& levels, const SuppressionFile& file,
                                 std::string_view name, std::span<const SourceId> sources,
                                 std::vector<std::uint8_t>& seen, const std::string* base_text = nullptr);
/// For commands that print warnings beside their work: takes out those that the file turns off or ignores, or a comment
/// does. What is raised there stays a warning, and nothing is said about suppressions; that is `check`'s work.
void quiet_warnings(Context& context, const SuppressionFile& file);
inline constexpr std::uint8_t kEntryApplies = 1, kEntryUsed = 2;

}  // namespace grovec::driver
