#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::cpu {

/// Zeroed memory of the operating system, in large pages where it has them: reading weights page by
/// page of 4 KiB costs a fifth of the bandwidth. Pages that are never written take no memory.
class Memory {
 public:
  Memory() = default;
  /// kExhausted, naming `what`, when the machine has not got so much. Aligned to a page.
  static Result<Memory> reserve(std::int64_t bytes, std::string_view what);

  [[nodiscard]] std::span<std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  struct Release {
    std::size_t bytes;
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Release> data_{nullptr, Release{0}};
  std::size_t size_ = 0;
};

}  // namespace inferlab::cpu
