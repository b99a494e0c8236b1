#pragma once

#include <cstddef>
#include <span>

#include "engine/base/result.h"
#include "engine/formats/tensor_type.h"

namespace inferlab::huggingface {

/// Norms and biases in F32, which is how the engine wants them whatever a folder has: the few bytes
/// of a model that are not read where they are mapped.
///
/// In memory that is shared as a mapped file is, although nobody shares it: who gives its pages
/// back to the operating system (a mapping's reader may) finds the same numbers there again.
class FloatStore {
 public:
  /// Room for `count` floats; kExhausted when the memory cannot be had.
  static Result<FloatStore> create(std::size_t count);

  FloatStore(FloatStore&& other) noexcept;
  FloatStore& operator=(FloatStore&&) = delete;
  FloatStore(const FloatStore&) = delete;
  FloatStore& operator=(const FloatStore&) = delete;
  ~FloatStore();

  /// The elements at `from` as floats; valid while the store lives. Checks: there is room.
  std::span<const std::byte> add(TensorType type, std::span<const std::byte> from);

 private:
  explicit FloatStore(std::span<float> memory) : memory_(memory) {}

  std::span<float> memory_;
  std::size_t used_ = 0;
};

}  // namespace inferlab::huggingface
