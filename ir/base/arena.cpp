#include "ir/base/arena.h"

#include <algorithm>

namespace grovec {

namespace {
constexpr std::size_t kFirstBlock = 64 * 1024;
constexpr std::size_t kLargestBlock = 1024 * 1024;
}  // namespace

void* Arena::allocate_slow(std::size_t size, std::size_t align) {
  std::size_t capacity = blocks_.empty() ? kFirstBlock : std::min(capacity_ * 2, kLargestBlock);
  capacity = std::max(capacity, size + align);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(capacity));
  if (blocks_.size() == 1) first_capacity_ = capacity;
  total_ += capacity;
  current_ = blocks_.back().get();
  capacity_ = capacity;
  used_ = size;
  return current_;
}

void Arena::reset() {
  if (blocks_.empty()) return;
  blocks_.resize(1);
  current_ = blocks_.front().get();
  capacity_ = total_ = first_capacity_;
  used_ = 0;
}

}  // namespace grovec
