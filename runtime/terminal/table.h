/// \file Text tables whose columns line up, in memory that does not grow with their rows.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/output/output.h"

namespace grovec::cli {

struct Column {
  std::string_view title;
  bool is_number = false;  ///< aligned to the right
  bool is_shown = true;
};

/// Rows are given twice: once to measure, once to print.
class Table {
 public:
  Table(driver::FdWriter& out, std::vector<Column> columns);
  void row(std::initializer_list<std::string_view> cells);
  bool is_done() const { return out_.reader_gone(); }
  /// Where a loop over `count` rows that differ in an index begins: to measure, the row with the highest is enough, so
  /// that printing starts at once however many there are.
  std::uint32_t first_of(std::uint32_t count) const { return is_measuring_ && count > 0 ? count - 1 : 0; }

  /// Calls `fill(*this)` twice; prints the titles before the first row, nothing if there are no rows.
  template <class F>
  void print(F&& fill) {
    is_measuring_ = true;
    fill(*this);
    is_measuring_ = false;
    if (rows_ == 0) return;
    titles();
    fill(*this);
  }

 private:
  void titles();
  void write(std::string_view cell, std::size_t column, std::size_t& owed);

  driver::FdWriter& out_;
  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::size_t rows_ = 0;
  bool is_measuring_ = false;
};

/// Characters on a terminal: code points, which is right for what we print.
std::size_t width_of(std::string_view text);

/// The tree lines in front of a node: `│  ├─ `.
class Branches {
 public:
  /// What stands in front of a child of the current node.
  std::string child(bool is_last) const { return prefix_ + (is_last ? "└─ " : "├─ "); }
  void enter(bool is_last) {
    sizes_.push_back(prefix_.size());
    prefix_ += is_last ? "   " : "│  ";
  }
  void leave() {
    prefix_.resize(sizes_.back());
    sizes_.pop_back();
  }

 private:
  std::string prefix_;
  std::vector<std::size_t> sizes_;
};

/// `1 pod`, `3 pods`.
std::string counted(std::uint64_t n, std::string_view one, std::string_view many = {});
/// `7` or `[2-9]`: indices [first, first + count).
std::string index_range(std::uint64_t first, std::uint64_t count);

}  // namespace grovec::cli
