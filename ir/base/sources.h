/// \file Texts that were read, and positions in them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace grovec {

enum class SourceId : std::uint32_t {};

/// 1-based. `column` counts characters (code points) for people; `byte_column` counts bytes for tools.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t byte_column = 0;
};

/// Owns the texts of one run; `string_view`s into them stay valid as long as it lives. Not thread-safe.
class Sources {
 public:
  /// `name` is what diagnostics print: a path as the user wrote it, or `<stdin>`.
  SourceId add(std::string name, std::string text);
  /// Views into the old name end here.
  void rename(SourceId id, std::string name) { entries_[static_cast<std::size_t>(id)].name = std::move(name); }
  std::string_view name(SourceId id) const { return entries_[static_cast<std::size_t>(id)].name; }
  std::string_view text(SourceId id) const { return entries_[static_cast<std::size_t>(id)].text; }
  /// Offsets above the size are the end of the text. The line table is built at the first call for a source.
  Position position(SourceId id, std::uint32_t offset) const;
  /// Text of a 1-based line without its line break.
  std::string_view line(SourceId id, std::uint32_t line) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    std::string text;
    mutable std::vector<std::uint32_t> line_starts;
  };
  const std::vector<std::uint32_t>& line_starts(const Entry& entry) const;
  std::deque<Entry> entries_;
};

}  // namespace grovec
