#include "engine/huggingface/float_store.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <utility>

#include "engine/base/check.h"
#include "engine/formats/quants.h"

namespace inferlab::huggingface {

Result<FloatStore> FloatStore::create(std::size_t count) {
  if (count == 0) return FloatStore({});
  void* memory = ::mmap(nullptr, count * sizeof(float), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return Error{
        ErrorKind::kExhausted,
        fmt::format("norms and biases: {} bytes do not fit in memory", count * sizeof(float))};
  }
  return FloatStore(std::span(static_cast<float*>(memory), count));
}

FloatStore::FloatStore(FloatStore&& other) noexcept
    : memory_(std::exchange(other.memory_, {})), used_(std::exchange(other.used_, 0)) {}

FloatStore::~FloatStore() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size_bytes());
}

std::span<const std::byte> FloatStore::add(TensorType type, std::span<const std::byte> from) {
  const TensorBlock block = tensor_block(type);
  INFERLAB_CHECK(block.elements == 1);
  const std::size_t count = from.size() / static_cast<std::size_t>(block.bytes);
  INFERLAB_CHECK(count <= memory_.size() - used_);
  const std::span<float> to = memory_.subspan(used_, count);
  decode_elements(type, from.data(), to);
  used_ += count;
  return std::as_bytes(to);
}

}  // namespace inferlab::huggingface
