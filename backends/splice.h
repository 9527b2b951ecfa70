/// \file Text with holes: a description rendered once, then written for each instance as copies of its constant parts.
///
/// Byte for byte what the plain writer (ir/value/writer.h) prints for the same instance; a property test compares them.
#pragma once

#include <string>
#include <vector>

#include "ir/value/writer.h"

namespace grovec::backends {

/// A description as a list of steps. Immutable once made; may be used from several threads.
class Splice {
 public:
  /// Renders `description`; `prefix` and `suffix` surround every instance (document separators, line breaks).
  Splice(const ir::Value& description, ir::Format format, int indent, std::string_view prefix, std::string_view suffix);

  /// Whether every instance fits into `most_bytes()`, so that it can be written in one piece.
  bool is_bounded() const { return !has_repeat_; }
  std::size_t most_bytes() const { return most_bytes_; }
  /// Writes a bounded instance; returns the end. `to` has room for most_bytes().
  char* write(char* to, const ir::Instance& instance, const ir::Counter& counter) const;

  /// Writes any instance through `write_bytes(const char*, size)`.
  template <class F>
  void stream(const ir::Instance& instance, const ir::Counter& counter, F&& write_bytes) const {
    run(0, steps_.size(), instance, counter, write_bytes);
  }

 private:
  friend class Recorder;
  enum class Op : std::uint8_t { kText, kHole, kCount, kRepeat };
  struct Step {
    Op op;
    ir::Hole hole{};
    std::uint32_t begin = 0, size = 0;  // kText: literals_[begin, +size)
    ir::CountHole count{};              // kCount, kRepeat
    std::uint32_t body_end = 0;         // kRepeat: steps (this, body_end) are the body
    std::uint32_t around = 0;           // kRepeat: index into arounds_
  };
  struct Around {
    std::string before, empty, between, after;
  };
  template <class F>
  void run(std::size_t first, std::size_t last, const ir::Instance& instance, const ir::Counter& counter,
           F& write_bytes) const;
  template <class F>
  void run_repeat(std::size_t at, const ir::Instance& instance, const ir::Counter& counter, F& write_bytes) const;

  std::string literals_;
  std::vector<Step> steps_;
  std::vector<Around> arounds_;
  bool has_repeat_ = false;
  std::size_t most_bytes_ = 0;
};

/// Decimal digits of `n`; returns the end. Room for 10 characters.
char* write_decimal(char* to, std::uint32_t n);
/// Text of a hole; returns the end. Room for 10 characters.
char* write_hole(char* to, ir::Hole hole, const ir::Instance& instance);

}  // namespace grovec::backends

#include "backends/splice_inl.h"
