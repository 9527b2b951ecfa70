#include "ir/base/sources.h"

#include <algorithm>

namespace grovec {

SourceId Sources::add(std::string name, std::string text) {
  entries_.push_back({std::move(name), std::move(text), {}});
  return static_cast<SourceId>(entries_.size() - 1);
}

const std::vector<std::uint32_t>& Sources::line_starts(const Entry& entry) const {
  if (entry.line_starts.empty()) {
    entry.line_starts.push_back(0);
    for (std::uint32_t i = 0; i < entry.text.size(); ++i)
      if (entry.text[i] == '\n') entry.line_starts.push_back(i + 1);
  }
  return entry.line_starts;
}

Position Sources::position(SourceId id, std::uint32_t offset) const {
  const Entry& entry = entries_[static_cast<std::size_t>(id)];
  offset = std::min<std::uint32_t>(offset, static_cast<std::uint32_t>(entry.text.size()));
  const auto& starts = line_starts(entry);
  auto next = std::upper_bound(starts.begin(), starts.end(), offset);
  auto line = static_cast<std::uint32_t>(next - starts.begin());
  std::uint32_t begin = starts[line - 1];
  std::uint32_t column = 1;
  for (std::uint32_t i = begin; i < offset; ++i)
    if ((static_cast<unsigned char>(entry.text[i]) & 0xC0) != 0x80) ++column;
  return {line, column, offset - begin + 1};
}

std::string_view Sources::line(SourceId id, std::uint32_t line) const {
  const Entry& entry = entries_[static_cast<std::size_t>(id)];
  const auto& starts = line_starts(entry);
  if (line == 0 || line > starts.size()) return {};
  std::string_view rest = std::string_view(entry.text).substr(starts[line - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

}  // namespace grovec
