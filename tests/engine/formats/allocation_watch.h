#pragma once

#include <cstddef>

namespace inferlab::test {

/// Watches operator new of this test program on this thread, from construction on.
class AllocationWatch {
 public:
  AllocationWatch();
  /// The most bytes that were held at once beyond what was held at the start.
  [[nodiscard]] std::size_t peak_bytes() const;
};

}  // namespace inferlab::test
