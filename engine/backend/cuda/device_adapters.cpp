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

DeviceAdapters::DeviceAdapters(const AdapterRoom& room)
    : room_(room),
      slots_(static_cast<std::size_t>(room.num_slots)),
      filled_(static_cast<std::size_t>(room.num_slots)) {}

Result<void> DeviceAdapters::reserve(const LlamaConfig& model) {
  if (slots_.empty()) return {};
  std::int64_t elements = 0;
  for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
    const LoraTargetShape shape = lora_target_shape(static_cast<LoraTarget>(t), model);
    elements += model.num_layers * room_.max_rank * (shape.rows + shape.columns);
  }
  for (DeviceArray<float>& slot : slots_) {
    INFERLAB_TRY(slot, DeviceArray<float>::create(static_cast<std::size_t>(elements)));
  }
  const auto num_views = static_cast<std::size_t>(model.num_layers) * kNumLoraTargets;
  INFERLAB_TRY(table_,
               DeviceArray<LoraView>::from(std::vector<LoraView>(slots_.size() * num_views)));
  views_stride_ = static_cast<std::int64_t>(num_views);
  return {};
}

Result<void> DeviceAdapters::set(std::int32_t slot, const LoraAdapter& adapter) {
  INFERLAB_CHECK(slot >= 1 && slot <= std::ssize(slots_));
  const auto index = static_cast<std::size_t>(slot) - 1;
  const std::size_t num_views = adapter.layers.size() * kNumLoraTargets;
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
  const DeviceArray<float>& memory = slots_[index];
  INFERLAB_CHECK(floats.size() <= memory.size());
  INFERLAB_TRY_VOID(checked("copy of an adapter",
                            cudaMemcpy(memory.data(), floats.data(), floats.size() * sizeof(float),
                                       cudaMemcpyHostToDevice)));
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
  filled_[index] = 1;
  return {};
}

}  // namespace inferlab::cuda
