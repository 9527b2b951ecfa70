#include "runtime/terminal/table.h"

#include <algorithm>

namespace grovec::cli {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Table::Table(driver::FdWriter& out, std::vector<Column> columns) : out_(out), columns_(std::move(columns)) {
  for (const Column& c : columns_) widths_.push_back(width_of(c.title));
}

void Table::row(std::initializer_list<std::string_view> cells) {
  std::size_t column = 0, owed = 0;
  if (is_measuring_) {
    ++rows_;
    for (std::string_view cell : cells) {
      widths_[column] = std::max(widths_[column], width_of(cell));
      ++column;
    }
    return;
  }
  for (std::string_view cell : cells) write(cell, column++, owed);
  out_.write("\n");
}

void Table::titles() {
  std::size_t owed = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) write(columns_[c].title, c, owed);
  out_.write("\n");
}

// `owed` blanks are written before the next cell that is not empty, so that no line ends with blanks.
void Table::write(std::string_view cell, std::size_t column, std::size_t& owed) {
  if (!columns_[column].is_shown) return;
  const std::size_t fill = widths_[column] - std::min(widths_[column], width_of(cell));
  if (columns_[column].is_number) owed += fill;
  if (!cell.empty()) {
    out_.write(std::string(owed, ' '));
    out_.write(cell);
    owed = 0;
  }
  if (!columns_[column].is_number) owed += fill;
  owed += 2;
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  std::string out = std::to_string(n) + " ";
  if (n == 1) return out += one;
  if (!many.empty()) return out += many;
  out += one;
  return out += 's';
}

std::string index_range(std::uint64_t first, std::uint64_t count) {
  if (count == 1) return std::to_string(first);
  return "[" + std::to_string(first) + "-" + std::to_string(first + count - 1) + "]";
}

}  // namespace grovec::cli
