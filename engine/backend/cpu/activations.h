#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/thread_pool.h"

namespace inferlab::cpu {

/// How many of `left` rows the next tile takes: 6, 4, 2 or 1.
std::int64_t next_tile_rows(std::int64_t left);

/// Rows of activations in the order in which matmul kernels read them: tiles of 6, 4, 2 or 1 rows,
/// the elements of one column (of four columns, when quantised) of all rows side by side.
class Activations {
 public:
  /// What the matrices that read them need.
  struct Forms {
    bool floats = false;
    bool quants = false;
  };

  /// Takes `num_rows` rows of `columns` floats, row-major, over. With forms.quants: columns is a
  /// multiple of 32.
  void assign(const Kernels& kernels, ThreadPool& pool, Forms forms, const float* rows,
              std::int64_t num_rows, std::int64_t columns);

  struct Tile {
    std::int64_t first_row;
    ActivationTile view;
  };
  [[nodiscard]] const std::vector<Tile>& tiles() const { return tiles_; }
  [[nodiscard]] std::int64_t num_rows() const { return num_rows_; }

 private:
  void assign_floats(const Tile& tile, const float* rows, std::int64_t columns);
  void assign_quants(const Kernels& kernels, const Tile& tile, const float* rows,
                     std::int64_t columns, int thread);

  std::int64_t num_rows_ = 0;
  std::vector<Tile> tiles_;
  std::vector<float> floats_;
  std::vector<std::int8_t> quants_;
  std::vector<float> scales_;
  std::vector<std::int32_t> sums_;
  std::vector<std::int32_t> half_sums_;
  struct Scratch {
    std::vector<std::int8_t> quants;  // of one row
    std::vector<float> scales;
  };
  std::vector<Scratch> scratch_;  // by thread
};

}  // namespace inferlab::cpu
