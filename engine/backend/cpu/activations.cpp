#include "engine/backend/cpu/activations.h"

#include <cstring>

#include "engine/backend/cpu/room_for.h"

namespace inferlab::cpu {

std::int64_t next_tile_rows(std::int64_t left) {
  if (left >= 6) return 6;
  if (left >= 4) return 4;
  return left >= 2 ? 2 : 1;
}

void Activations::assign(const Kernels& kernels, ThreadPool& pool, Forms forms, const float* rows,
                         std::int64_t num_rows, std::int64_t columns) {
  num_rows_ = num_rows;
  const std::int64_t num_slabs = columns / kSlabColumns;
  float* floats = room_for(floats_, forms.floats ? num_rows * columns : 0);
  std::int8_t* quants = room_for(quants_, forms.quants ? num_rows * columns : 0);
  float* scales = room_for(scales_, forms.quants ? num_rows * num_slabs : 0);
  std::int32_t* sums = room_for(sums_, forms.quants ? num_rows * num_slabs : 0);
  std::int32_t* half_sums = room_for(half_sums_, forms.quants ? num_rows * num_slabs : 0);
  scratch_.resize(static_cast<std::size_t>(pool.num_threads()));
  tiles_.clear();
  for (std::int64_t row = 0; row < num_rows;) {
    const std::int64_t count = next_tile_rows(num_rows - row);
    tiles_.push_back({.first_row = row,
                      .view = {.num_rows = count,
                               .floats = floats + row * columns,
                               .quants = quants + row * columns,
                               .scales = scales + row * num_slabs,
                               .negative_sums = sums + row * num_slabs,
                               .first_half_sums = half_sums + row * num_slabs}});
    row += count;
  }
  pool.run(std::ssize(tiles_), [&](std::int64_t tile, int thread) {
    if (forms.floats) assign_floats(tiles_[tile], rows, columns);
    if (forms.quants) assign_quants(kernels, tiles_[tile], rows, columns, thread);
  });
}

void Activations::assign_floats(const Tile& tile, const float* rows, std::int64_t columns) {
  const std::int64_t count = tile.view.num_rows;
  rows += tile.first_row * columns;
  float* to = floats_.data() + tile.first_row * columns;
  for (std::int64_t t = 0; t < count; ++t) {
    for (std::int64_t c = 0; c < columns; ++c) to[c * count + t] = rows[t * columns + c];
  }
}

void Activations::assign_quants(const Kernels& kernels, const Tile& tile, const float* rows,
                                std::int64_t columns, int thread) {
  const std::int64_t count = tile.view.num_rows;
  rows += tile.first_row * columns;
  const std::int64_t num_slabs = columns / kSlabColumns;
  Scratch& scratch = scratch_[thread];
  std::int8_t* row_quants = room_for(scratch.quants, columns);
  float* row_scales = room_for(scratch.scales, num_slabs);
  std::int8_t* quants = quants_.data() + tile.first_row * columns;
  float* scales = scales_.data() + tile.first_row * num_slabs;
  std::int32_t* sums = sums_.data() + tile.first_row * num_slabs;
  std::int32_t* half_sums = half_sums_.data() + tile.first_row * num_slabs;
  for (std::int64_t t = 0; t < count; ++t) {
    kernels.quantize(rows + t * columns, columns, row_quants, row_scales);
    for (std::int64_t c = 0; c < columns; c += 4) {
      std::memcpy(quants + (c * count + t * 4), row_quants + c, 4);
    }
    for (std::int64_t s = 0; s < num_slabs; ++s) {
      const std::int8_t* slab = row_quants + s * kSlabColumns;
      std::int32_t first = 0;
      std::int32_t second = 0;
      for (std::int64_t i = 0; i < kSlabColumns / 2; ++i) first += slab[i];
      for (std::int64_t i = kSlabColumns / 2; i < kSlabColumns; ++i) second += slab[i];
      scales[s * count + t] = row_scales[s];
      sums[s * count + t] = -(first + second);
      half_sums[s * count + t] = -first;
    }
  }
}

}  // namespace inferlab::cpu
