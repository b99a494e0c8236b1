#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace inferlab::cpu {

/// To its place for `count` elements: buffers keep their memory from step to step, and only ever
/// grow.
template <typename T>
T* room_for(std::vector<T>& buffer, std::int64_t count) {
  if (std::ssize(buffer) < count) buffer.resize(static_cast<std::size_t>(count));
  return buffer.data();
}

}  // namespace inferlab::cpu
