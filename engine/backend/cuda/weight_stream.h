#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/cuda/device_matrix.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"

namespace inferlab::cuda {

/// A matrix of the file and where it goes on the device.
struct WeightJob {
  Matrix from;
  std::uint8_t* to;  ///< matrix_bytes(from.type, from.rows, from.columns) of the device's memory
};

/// A part of a job that travels at once: whole rows, of quantised matrices whole tiles.
struct WeightPiece {
  std::size_t job;
  std::int64_t first_row, num_rows;
};
/// Every row of every job once, in their order; a piece has at most `piece_bytes` of the file, or
/// 16 rows.
std::vector<WeightPiece> cut_into_pieces(std::span<const WeightJob> jobs, std::int64_t piece_bytes);

struct LoadReport {
  std::int64_t bytes = 0;  ///< of the file
  double milliseconds = 0;
  [[nodiscard]] double bytes_per_second() const {
    return milliseconds > 0 ? static_cast<double>(bytes) * 1000.0 / milliseconds : 0;
  }
};

/// Brings weights to the device while the file is read: threads read the mapped file ahead into
/// pinned buffers, a stream copies them and repacks quantised rows on the device. Returns when all
/// is there. `let_go`: pages of the mapping are given back as they were read.
Result<LoadReport> stream_weights(std::span<const WeightJob> jobs, bool let_go);

}  // namespace inferlab::cuda
