/// \file Typed handles and the stores that resolve them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ir/base/check.h"

namespace grovec {

/// Owns nodes of one kind; a handle is an `enum class XId : std::uint32_t {}`. References stay valid until the next
/// add.
template <class Id, class T>
class Store {
 public:
  Id add(T node) {
    nodes_.push_back(std::move(node));
    return static_cast<Id>(nodes_.size() - 1);
  }
  T& operator[](Id id) {
    GROVEC_CHECK(static_cast<std::size_t>(id) < nodes_.size());
    return nodes_[static_cast<std::size_t>(id)];
  }
  const T& operator[](Id id) const {
    GROVEC_CHECK(static_cast<std::size_t>(id) < nodes_.size());
    return nodes_[static_cast<std::size_t>(id)];
  }
  std::size_t size() const { return nodes_.size(); }
  bool empty() const { return nodes_.empty(); }
  auto begin() const { return nodes_.begin(); }
  auto end() const { return nodes_.end(); }
  auto begin() { return nodes_.begin(); }
  auto end() { return nodes_.end(); }
  Id id_at(std::size_t index) const { return static_cast<Id>(index); }

 private:
  std::vector<T> nodes_;
};

}  // namespace grovec
