#include "engine/backend/cpu/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace inferlab::cpu {

void Memory::Release::operator()(std::byte* data) const {
  ::munmap(data, bytes);
}

Result<Memory> Memory::reserve(std::int64_t bytes, std::string_view what) {
  // More than the machine has would be granted now and end the program when it is written to.
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  const bool fits = pages <= 0 || page_bytes <= 0 || bytes / page_bytes <= pages;
  void* data = MAP_FAILED;
  if (fits) {
    data = ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  if (data == MAP_FAILED) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("{}: {} bytes do not fit in memory", what, bytes)};
  }
  ::madvise(data, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
  Memory memory;
  memory.size_ = static_cast<std::size_t>(bytes);
  memory.data_ = {static_cast<std::byte*>(data), Release{memory.size_}};
  return memory;
}

}  // namespace inferlab::cpu
