#include "allocation_watch.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t held_bytes = 0;  // NOLINT: counters of the replaced operator new
thread_local std::size_t base_bytes = 0;  // NOLINT
thread_local std::size_t most_bytes = 0;  // NOLINT

void* counted(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  held_bytes += malloc_usable_size(memory);
  most_bytes = std::max(most_bytes, held_bytes);
  return memory;
}

void discounted(void* memory) {
  if (memory != nullptr) held_bytes -= std::min(held_bytes, malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
// All forms go together: a sanitizer brings its own for those that are left out.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  discounted(memory);
}
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept {
  discounted(memory);
}
void operator delete(void* memory) noexcept {
  discounted(memory);
}
void operator delete[](void* memory) noexcept {
  discounted(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  discounted(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  discounted(memory);
}

namespace inferlab::test {

AllocationWatch::AllocationWatch() {
  base_bytes = held_bytes;
  most_bytes = held_bytes;
}

std::size_t AllocationWatch::peak_bytes() const {
  return most_bytes - base_bytes;
}

}  // namespace inferlab::test
