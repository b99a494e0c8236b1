#include "engine/backend/cpu/adapters.h"

#include <algorithm>
#include <utility>

#include "engine/backend/cpu/activations.h"
#include "engine/backend/cpu/room_for.h"
#include "engine/base/check.h"

namespace inferlab::cpu {
namespace {

/// Panels of B that a thread takes at a time: enough that taking them costs nothing.
constexpr std::int64_t kChunkPanels = 8;

ActivationTile tile_of(const float* floats, std::int64_t num_rows) {
  return {.num_rows = num_rows,
          .floats = floats,
          .quants = nullptr,
          .scales = nullptr,
          .negative_sums = nullptr,
          .first_half_sums = nullptr};
}

}  // namespace

Adapters::Adapters(const AdapterRoom& room)
    : max_rank_of_slots_(room.max_rank),
      slots_(static_cast<std::size_t>(room.num_slots)),
      filled_(static_cast<std::size_t>(room.num_slots)) {}

Result<void> Adapters::reserve(const LlamaConfig& model) {
  if (slots_.empty()) return {};
  // No type takes more than this one.
  const auto bytes_of = [](std::int64_t rows, std::int64_t columns) {
    return PackedMatrix::bytes_needed(
        {.type = TensorType::kF32, .rows = rows, .columns = columns, .data = {}});
  };
  std::int64_t layer_bytes = 0;
  for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
    const LoraTargetShape shape = lora_target_shape(static_cast<LoraTarget>(t), model);
    layer_bytes += bytes_of(max_rank_of_slots_, shape.columns);
    layer_bytes += bytes_of(shape.rows, max_rank_of_slots_);
  }
  const std::int64_t slot_bytes = layer_bytes * model.num_layers;
  INFERLAB_TRY(memory_, Memory::reserve(slot_bytes * std::ssize(slots_), "LoRA adapters"));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto size = static_cast<std::size_t>(slot_bytes);
    slots_[i].memory = memory_.bytes().subspan(i * size, size);
  }
  return {};
}

void Adapters::set(std::int32_t slot, const LoraAdapter& adapter, ThreadPool& pool) {
  INFERLAB_CHECK(slot >= 1 && slot <= std::ssize(slots_));
  INFERLAB_CHECK(adapter.rank <= max_rank_of_slots_);
  Slot& to = slots_[slot - 1];
  to.layers.assign(adapter.layers.size(), {});
  to.rank = adapter.rank;
  std::span<std::byte> rest = to.memory;
  const auto place = [&rest](const Matrix& from, PackedMatrix& into) {
    const auto size = static_cast<std::size_t>(PackedMatrix::bytes_needed(from));
    into = PackedMatrix(from, rest.first(size));
    rest = rest.subspan(size);
  };
  for (std::size_t i = 0; i < adapter.layers.size(); ++i) {
    for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
      const LoraPair& from = adapter.layers[i][t];
      if (!from.is_set()) continue;
      Pair& pair = to.layers[i][t];
      pair.scale = from.scale;
      place(from.a, pair.a);
      place(from.b, pair.b);
    }
  }
  pool.run(std::ssize(to.layers), [&](std::int64_t layer, int) {
    for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
      const LoraPair& from = adapter.layers[layer][t];
      if (!from.is_set()) continue;
      Pair& pair = to.layers[layer][t];
      pair.a.pack(from.a, 0, pair.a.num_panels());
      pair.b.pack(from.b, 0, pair.b.num_panels());
    }
  });
  filled_[slot - 1] = 1;
}

void Adapters::plan(const Batch& batch) {
  rows_.clear();
  tiles_.clear();
  if (slots_.empty()) return;
  max_rank_ = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    std::int64_t first = std::ssize(rows_);
    for (const BatchSequence& sequence : batch.sequences) {
      if (sequence.adapter != static_cast<std::int32_t>(slot) + 1) continue;
      for (std::int32_t i = 0; i < sequence.num_tokens; ++i) {
        rows_.push_back(sequence.first_row + i);
      }
    }
    if (first == std::ssize(rows_)) continue;
    max_rank_ = std::max(max_rank_, slots_[slot].rank);
    while (first < std::ssize(rows_)) {
      const std::int64_t count = next_tile_rows(std::ssize(rows_) - first);
      tiles_.push_back({.slot = slot, .first = first, .num_rows = count});
      first += count;
    }
  }
}

void Adapters::plan_jobs(std::int32_t layer, const std::array<Addend, kMaxAddends>& addends) {
  jobs_.clear();
  for (std::size_t first = 0; first < tiles_.size();) {
    const std::size_t slot = tiles_[first].slot;
    std::size_t last = first;
    while (last < tiles_.size() && tiles_[last].slot == slot) ++last;
    for (std::size_t i = 0; i < kMaxAddends; ++i) {
      if (addends[i].y == nullptr) continue;
      const Pair& pair = slots_[slot].layers[layer][static_cast<std::size_t>(addends[i].target)];
      if (pair.a.rows() == 0) continue;
      jobs_.push_back({.pair = &pair,
                       .y = addends[i].y,
                       .addend = i,
                       .first_tile = first,
                       .num_tiles = last - first,
                       .num_chunks = (pair.b.num_panels() - 1) / kChunkPanels + 1});
    }
    first = last;
  }
}

void Adapters::add(const Kernels& kernels, ThreadPool& pool, std::int32_t layer, const float* x,
                   const std::array<Addend, kMaxAddends>& addends) {
  if (tiles_.empty()) return;
  plan_jobs(layer, addends);
  if (jobs_.empty()) return;
  room_for(narrow_, std::int64_t{kMaxAddends} * std::ssize(rows_) * max_rank_);
  scratch_.resize(static_cast<std::size_t>(pool.num_threads()));
  std::int64_t num_shrinks = 0;
  std::int64_t num_expands = 0;
  for (const Job& job : jobs_) {
    num_shrinks += static_cast<std::int64_t>(job.num_tiles);
    num_expands += job.num_chunks;
  }
  pool.run(num_shrinks, [&](std::int64_t item, int thread) {
    const Job* job = jobs_.data();
    for (; item >= static_cast<std::int64_t>(job->num_tiles); ++job) {
      item -= static_cast<std::int64_t>(job->num_tiles);
    }
    const Tile& tile = tiles_[job->first_tile + static_cast<std::size_t>(item)];
    shrink(kernels, *job, tile, x, scratch_[thread]);
  });
  pool.run(num_expands, [&](std::int64_t item, int thread) {
    const Job* job = jobs_.data();
    for (; item >= job->num_chunks; ++job) item -= job->num_chunks;
    expand(kernels, *job, item, scratch_[thread]);
  });
}

std::int64_t Adapters::narrow_at(const Job& job, const Tile& tile) const {
  return (static_cast<std::int64_t>(job.addend) * std::ssize(rows_) + tile.first) * max_rank_;
}

void Adapters::shrink(const Kernels& kernels, const Job& job, const Tile& tile, const float* x,
                      Scratch& scratch) {
  const PackedMatrix& a = job.pair->a;
  const std::int64_t columns = a.columns();
  const std::int64_t count = tile.num_rows;
  const float* floats = x + rows_[tile.first] * columns;
  if (count > 1) {
    float* side_by_side = room_for(scratch.x, count * columns);
    for (std::int64_t t = 0; t < count; ++t) {
      const float* row = x + rows_[tile.first + t] * columns;
      for (std::int64_t c = 0; c < columns; ++c) side_by_side[c * count + t] = row[c];
    }
    floats = side_by_side;
  }
  const std::int64_t rank = a.rows();
  float* out = room_for(scratch.y, kTileRows * rank);
  kernels.matmul(a.type())(a.panels(0, a.num_panels()), tile_of(floats, count), out, rank);
  float* narrow = narrow_.data() + narrow_at(job, tile);
  for (std::int64_t t = 0; t < count; ++t) {
    for (std::int64_t r = 0; r < rank; ++r) narrow[r * count + t] = out[t * rank + r];
  }
}

void Adapters::expand(const Kernels& kernels, const Job& job, std::int64_t chunk,
                      Scratch& scratch) const {
  const PackedMatrix& b = job.pair->b;
  const Kernels::Matmul kernel = kernels.matmul(b.type());
  const std::int64_t last = std::min((chunk + 1) * kChunkPanels, b.num_panels());
  constexpr std::int64_t kWidth = 2 * kPanelRows;
  float* out = room_for(scratch.y, kTileRows * kWidth);
  for (std::int64_t p = chunk * kChunkPanels; p < last; p += 2) {
    const PanelSpan panels = b.panels(p, std::min(p + 2, last));
    const std::int64_t first_row = p * kPanelRows;
    const std::int64_t num_rows = std::min(kWidth, b.rows() - first_row);
    for (std::size_t i = job.first_tile; i < job.first_tile + job.num_tiles; ++i) {
      const Tile& tile = tiles_[i];
      kernel(panels, tile_of(narrow_.data() + narrow_at(job, tile), tile.num_rows), out, kWidth);
      for (std::int64_t t = 0; t < tile.num_rows; ++t) {
        float* y = job.y + rows_[tile.first + t] * b.rows() + first_row;
        for (std::int64_t r = 0; r < num_rows; ++r) y[r] += job.pair->scale * out[t * kWidth + r];
      }
    }
  }
}

}  // namespace inferlab::cpu
