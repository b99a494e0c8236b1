// How quantised weights stand on the device: the functions that repack them are the kernel's own.

#include "engine/backend/cuda/packed_layout.h"

#include "engine/backend/cuda/repack.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

TEST_CASE("packed layout: gives every element back, to the bit") {
  if (!device_answers()) return;
  Rng rng(1, "cuda", "packed_layout");
  for (const TensorType type : kTypes) {
    if (!is_packed(type)) continue;
    CAPTURE(std::string(tensor_type_name(type)));
    // Rows that fill no tile, columns that fill no unit.
    const std::int64_t rows = 37;
    const std::int64_t columns = tensor_block(type).elements > 32 ? 768 : 224;
    const TestMatrix test(rng, type, rows, columns);
    const auto packed = to_host(test.memory);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        const float value = packed_value(type, packed.data(), columns, r, c);
        REQUIRE(bits_of(value) == bits_of(test.wanted[static_cast<std::size_t>(r * columns + c)]));
      }
    }
  }
}

TEST_CASE("cuda::repack: writes what packed_word() says, a part at a time") {
  if (!device_answers()) return;
  Rng rng(2, "cuda", "repack");
  for (const TensorType type : kTypes) {
    if (!is_packed(type)) continue;
    CAPTURE(std::string(tensor_type_name(type)));
    const std::int64_t rows = 69;
    const std::int64_t columns = tensor_block(type).elements > 32 ? 512 : 160;
    const TestMatrix test(rng, type, rows, columns);
    const TensorBlock block = tensor_block(type);
    const std::int64_t row_bytes = columns / block.elements * block.bytes;
    std::vector<std::uint8_t> raw(test.bytes.size());
    std::memcpy(raw.data(), test.bytes.data(), raw.size());
    const auto device_raw = to_device(raw);
    const auto packed = device_room<std::uint8_t>(packed_bytes(type, rows, columns));
    for (std::int64_t tile = 0; tile * kTileRows < rows; tile += 2) {
      const std::int64_t first = tile * kTileRows;
      const RawRows part = {type, device_raw.data() + first * row_bytes,
                            std::min<std::int64_t>(2 * kTileRows, rows - first), columns,
                            row_bytes};
      REQUIRE(repack(part, tile, packed.data(), nullptr).has_value());
    }
    REQUIRE(to_host(packed) == to_host(test.memory));
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
