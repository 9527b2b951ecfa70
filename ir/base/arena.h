/// \file Bump allocator for value trees and the text they refer to. Everything is freed at once; destructors do not
/// run.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace grovec {

/// Not thread-safe; one per compile. Memory stays valid until `reset` or destruction.
class Arena {
 public:
  void* allocate(std::size_t size, std::size_t align) {
    std::size_t offset = (used_ + align - 1) & ~(align - 1);
    if (offset + size > capacity_) return allocate_slow(size, align);
    used_ = offset + size;
    return current_ + offset;
  }
  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* p = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (p + i) T();
    return {p, count};
  }
  template <class T>
  std::span<const T> copy(std::span<const T> items) {
    std::span<T> out = array<T>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = items[i];
    return out;
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* p = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(p, text.data(), text.size());
    return {p, text.size()};
  }
  /// Frees everything but the first block, so that a loop over documents allocates once.
  void reset();
  std::size_t bytes() const { return total_; }

 private:
  void* allocate_slow(std::size_t size, std::size_t align);

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t first_capacity_ = 0;
  char* current_ = nullptr;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t total_ = 0;
};

}  // namespace grovec
