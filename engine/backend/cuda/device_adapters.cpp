#include "engine/backend/cuda/device_adapters.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/formats/quants.h"

namespace inferlab::cuda {
namespace {

/// The matrix as floats, appended; with `transposed` column by column.
void append(std::vector<float>& to, const Matrix& matrix, bool transposed) {
  const std::size_t begin = to.size();
  to.resize(begin + static_cast<std::size_t>(matrix.rows * matrix.columns));
  std::vector<float> row(static_cast<std::size_t>(matrix.columns));
  for (std::int64_t r = 0; r < matrix.rows; ++r) {
    decode_elements(matrix.type, matrix.row(r), row);
    for (std::int64_t c = 0; c < matrix.columns; ++c) {
      const std::int64_t at = transposed ? c * matrix.rows + r : r * matrix.columns + c;
      to[begin + static_cast<std::size_t>(at)] = row[static_cast<std::size_t>(c)];
    }
  }
}

}  // namespace

DeviceAdapters::DeviceAdapters(std::int32_t num_slots)
    : slots_(static_cast<std::size_t>(num_slots)), filled_(static_cast<std::size_t>(num_slots)) {}

Result<void> DeviceAdapters::set(std::int32_t slot, const LoraAdapter& adapter) {
  INFERLAB_CHECK(slot >= 1 && slot <= std::ssize(slots_));
  const auto index = static_cast<std::size_t>(slot) - 1;
  filled_[index] = 0;
  slots_[index] = DeviceArray<float>();  // first, so that both need not fit
  const std::size_t num_views = adapter.layers.size() * kNumLoraTargets;
  if (table_.size() == 0) {
    INFERLAB_TRY(table_,
                 DeviceArray<LoraView>::from(std::vector<LoraView>(slots_.size() * num_views)));
    views_stride_ = static_cast<std::int64_t>(num_views);
  }
  INFERLAB_CHECK(table_.size() == slots_.size() * num_views);
  std::vector<float> floats;
  std::vector<std::size_t> places;  // of A and B of each pair that is set
  for (const LoraAdapter::Layer& layer : adapter.layers) {
    for (const LoraPair& pair : layer) {
      if (!pair.is_set()) continue;
      places.push_back(floats.size());
      append(floats, pair.a, false);
      places.push_back(floats.size());
      append(floats, pair.b, true);
    }
  }
  INFERLAB_TRY(DeviceArray<float> memory, DeviceArray<float>::from(floats));
  std::vector<LoraView> views(num_views);
  std::size_t next = 0;
  for (std::size_t i = 0; i < num_views; ++i) {
    const LoraPair& pair = adapter.layers[i / kNumLoraTargets][i % kNumLoraTargets];
    if (!pair.is_set()) continue;
    views[i] = {.a = memory.data() + places[next],
                .b = memory.data() + places[next + 1],
                .rank = static_cast<std::int32_t>(pair.a.rows),
                .scale = pair.scale};
    next += 2;
  }
  INFERLAB_TRY_VOID(checked("copy of an adapter",
                            cudaMemcpy(table_.data() + index * num_views, views.data(),
                                       num_views * sizeof(LoraView), cudaMemcpyHostToDevice)));
  INFERLAB_TRY_VOID(checked("copy of an adapter", cudaStreamSynchronize(nullptr)));
  slots_[index] = std::move(memory);
  filled_[index] = 1;
  max_rank_ = std::max<std::int64_t>(max_rank_, adapter.rank);
  return {};
}

}  // namespace inferlab::cuda
