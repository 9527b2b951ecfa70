/// \file A value tree that owns its memory: what objects of the simulated cluster are made of.
///
/// A Part is written once, into one block of exactly the size it needs, and shared by every version of an object that
/// has it and by every copy of the world. So a change of a pod's status copies the status and nothing else.
#pragma once

#include <cstdint>
#include <memory>

#include "ir/value/value.h"

namespace grovec::simulate {

/// Immutable. Origins are dropped. Copying copies a pointer.
class Part {
 public:
  /// Null.
  Part() = default;
  /// A copy of `tree`, which must have no holes.
  explicit Part(const ir::Value& tree);

  /// Valid as long as this or any copy of it lives.
  const ir::Value& root() const;
  const ir::Value& operator[](std::string_view key) const { return root()[key]; }
  /// Of the content: equal trees have equal hashes, on every machine.
  std::uint64_t hash() const;
  /// The same without members whose key ends in `Time` or `At`: what is left of a status when the clock does not count.
  std::uint64_t hash_without_times() const;
  /// Whether both are one block; implies equal content.
  bool is_same(const Part& other) const { return block_ == other.block_; }
  bool equals(const Part& other) const;
  /// Whether no copy of it lives.
  bool is_unshared() const { return block_.use_count() <= 1; }

 private:
  struct Block {
    ir::Value root;
    std::uint64_t hash = 0, hash_without_times = 0;
    std::unique_ptr<char[]> memory;
  };
  std::shared_ptr<const Block> block_;
};

/// Hash of a tree's content. A double that is a whole number hashes as the integer it equals.
std::uint64_t hash_of(const ir::Value& tree, bool with_times = true);
std::uint64_t hash_of(std::string_view text);
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t h = (a ^ (b + 0x9E3779B97F4A7C15u + (a << 6) + (a >> 2))) * 0xFF51AFD7ED558CCDu;
  return h ^ (h >> 32);
}

}  // namespace grovec::simulate
