/// \file Counts the Ready pods of each awaited PodClique. A pod belongs to the clique that its label names and that
/// controls it, never to one whose name its own begins with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/initc/arguments.h"
#include "runtime/initc/pods.h"

namespace grovec::initc {

class Tally {
 public:
  explicit Tally(std::vector<Wanted> wanted);

  /// A list begins: what was counted before is not known any more.
  void forget();
  void put(const Pod& pod);
  void remove(const std::string& uid);

  /// All counts are reached at this moment.
  bool is_done() const { return missing_ == 0; }
  /// Such as `front 1/2, back 0/1`, in the order of the arguments.
  std::string text() const;

 private:
  struct Row {
    Wanted wanted;
    int ready = 0;
  };
  void change(size_t row, int by);

  std::vector<Row> rows_;
  std::map<std::string, size_t, std::less<>> by_clique_;
  std::map<std::string, size_t> ready_;  ///< uid of a Ready pod, its row
  size_t missing_ = 0;                   ///< rows below their count
};

}  // namespace grovec::initc
