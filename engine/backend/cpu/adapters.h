#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/memory.h"
#include "engine/backend/cpu/packed_matrix.h"
#include "engine/backend/cpu/thread_pool.h"
#include "engine/model/lora_adapter.h"

namespace inferlab::cpu {

/// The adapters of a backend, by slot, packed as weights are (packed_matrix.h), and what they add
/// to the outputs of linear layers. Rows of one adapter go through its matrices together, in tiles;
/// what a row gets does not depend on the rows beside it, nor on the number of threads. A batch
/// without adapters costs a look at each layer.
class Adapters {
 public:
  Adapters() = default;
  explicit Adapters(const AdapterRoom& room);

  /// The memory of every slot; pages that no adapter reaches are never touched. kExhausted when it
  /// cannot be had.
  Result<void> reserve(const LlamaConfig& model);
  /// After reserve(). Checks: there is such a slot, and room for the adapter's rank.
  void set(std::int32_t slot, const LoraAdapter& adapter, ThreadPool& pool);
  /// Of each slot, whether an adapter is in it.
  [[nodiscard]] std::span<const std::uint8_t> filled() const { return filled_; }

  /// Which rows of the batch have which adapter; for the add() calls that follow.
  void plan(const Batch& batch);

  /// An output of a linear layer: [num_rows, rows of the target's weights].
  struct Addend {
    LoraTarget target;
    float* y;
  };
  static constexpr std::size_t kMaxAddends = 3;
  /// y += scale * B (A x) for the rows that have an adapter with the target; x: [num_rows, columns
  /// of the targets' weights, which are as many]. Addends without `y` are none.
  void add(const Kernels& kernels, ThreadPool& pool, std::int32_t layer, const float* x,
           const std::array<Addend, kMaxAddends>& addends);

 private:
  struct Pair {
    PackedMatrix a, b;
    float scale = 0;
  };
  struct Slot {
    std::span<std::byte> memory;  // of memory_
    std::vector<std::array<Pair, kNumLoraTargets>> layers;
    std::int64_t rank = 0;  // the largest
  };
  /// Up to kTileRows rows of one adapter; `first` counts in rows_.
  struct Tile {
    std::size_t slot;
    std::int64_t first;
    std::int64_t num_rows;
  };
  /// What one adapter adds to one output, and the tiles that want it.
  struct Job {
    const Pair* pair;
    float* y;
    std::size_t addend;
    std::size_t first_tile;
    std::size_t num_tiles;
    std::int64_t num_chunks;  // of the rows of B
  };
  struct Scratch {
    std::vector<float> x;  // a tile, as kernels read it
    std::vector<float> y;  // [kTileRows, ...]
  };

  void plan_jobs(std::int32_t layer, const std::array<Addend, kMaxAddends>& addends);
  /// A x of a tile, to its place in narrow_.
  void shrink(const Kernels& kernels, const Job& job, const Tile& tile, const float* x,
              Scratch& scratch);
  /// y += scale * B (A x) of all tiles of the job, for some rows of B.
  void expand(const Kernels& kernels, const Job& job, std::int64_t chunk, Scratch& scratch) const;
  [[nodiscard]] std::int64_t narrow_at(const Job& job, const Tile& tile) const;

  std::int32_t max_rank_of_slots_ = 0;
  Memory memory_;
  std::vector<Slot> slots_;
  std::vector<std::uint8_t> filled_;

  // Of the batch that was planned.
  std::vector<std::int32_t> rows_;  // that have an adapter, those of one side by side
  std::vector<Tile> tiles_;
  std::int64_t max_rank_ = 0;
  // Of the call of add().
  std::vector<Job> jobs_;
  std::vector<float> narrow_;     // [addends, rows_, max_rank_]: A x, in tiles
  std::vector<Scratch> scratch_;  // by thread
};

}  // namespace inferlab::cpu
