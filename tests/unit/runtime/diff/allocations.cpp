// The operators are replaced for the whole program: counted, else as the library's. In a file of their own, since a
// compiler that sees only one of a pair inlined takes them for a mismatch.
#include "tests/unit/runtime/diff/allocations.h"

#include <cstdlib>
#include <new>

namespace grovec::diff {
namespace {
thread_local std::size_t count = 0;
}
std::size_t allocations() { return count; }
}  // namespace grovec::diff

// Every form that the library pairs with the plain `delete` is replaced: std::stable_sort takes its buffer by the
// nothrow one.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++grovec::diff::count;
  return std::malloc(size);
}
void* operator new(std::size_t size) {
  if (void* p = operator new(size, std::nothrow)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t& /*tag*/) noexcept { std::free(p); }
