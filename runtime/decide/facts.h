/// \file Facts: what a decision has to remember beyond what objects are. One table says where each is stored, when it
/// is set and when it is cleared; nothing else is remembered anywhere.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ir/base/arena.h"
#include "runtime/decide/observed.h"

namespace grovec::decide {

/// Prefix of our annotations. They are mirrored, cloned and copied nowhere.
inline constexpr std::string_view kFactPrefix = "grovec.dev/";
/// On the set: sizes of groups that are gone, "NAME=N" separated by commas.
inline constexpr std::string_view kSizesFact = "grovec.dev/sizes";
/// On the set: hashes that another library version made, "COMPUTED=STORED" separated by commas.
inline constexpr std::string_view kHashesFact = "grovec.dev/hashes";
/// On a PodClique: "true" once its minimum was scheduled.
inline constexpr std::string_view kScheduledOnceFact = "grovec.dev/scheduled-once";

/// A row of the table, as documentation and as a test's checklist.
struct FactRow {
  std::string_view fact, stored_in, set_when, cleared_when;
};
std::span<const FactRow> fact_table();

/// The facts of the set's annotations, parsed.
struct Facts {
  std::map<std::string, std::uint32_t, std::less<>> sizes;  ///< name of a group object -> spec.replicas
  std::map<std::string, std::string, std::less<>> hashes;   ///< computed -> stored

  /// `computed` as live objects carry it.
  std::string_view stored(std::string_view computed) const;
};
Facts read_facts(const ir::Value& annotations);
std::string sizes_text(const Facts& facts);
std::string hashes_text(const Facts& facts);

}  // namespace grovec::decide
