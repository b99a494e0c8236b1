#include "engine/backend/cuda/repack.h"

#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 256;

/// A block per unit; a thread gathers a word at a time.
__global__ void __launch_bounds__(kThreads) repack_kernel(RawRows raw, std::uint8_t* packed) {
  const PackedOffsets offsets = packed_offsets(raw.type);
  const std::int64_t units = ceil_div(raw.columns, offsets.columns);
  const std::int64_t tile = blockIdx.x / units;
  const std::int64_t unit = blockIdx.x % units;
  auto* to = reinterpret_cast<std::uint32_t*>(packed + std::int64_t{blockIdx.x} * offsets.bytes);
  for (std::int64_t word = threadIdx.x; word < offsets.bytes / 4; word += kThreads) {
    to[word] = packed_word(raw, tile, unit, word);
  }
}

}  // namespace

Result<void> repack(const RawRows& raw, std::int64_t first_tile, std::uint8_t* packed,
                    cudaStream_t stream) {
  const std::int64_t units = ceil_div(raw.columns, packed_offsets(raw.type).columns);
  const std::int64_t blocks = ceil_div(raw.rows, kTileRows) * units;
  if (blocks == 0) return {};
  std::uint8_t* to = packed + first_tile * packed_tile_bytes(raw.type, raw.columns);
  return launch("repack", &repack_kernel,
                {.grid = dim3(grid_size(blocks)), .block = dim3(kThreads)}, stream, raw, to);
}

}  // namespace inferlab::cuda
