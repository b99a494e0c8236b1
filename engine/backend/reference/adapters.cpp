#include "engine/backend/reference/adapters.h"

#include <utility>

#include "engine/backend/reference/dot.h"
#include "engine/backend/reference/matmul.h"
#include "engine/base/check.h"

namespace inferlab::reference {

Adapters::Adapters(std::int32_t num_slots)
    : slots_(static_cast<std::size_t>(num_slots)), filled_(static_cast<std::size_t>(num_slots)) {}

void Adapters::set(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter) {
  INFERLAB_CHECK(slot >= 1 && slot <= std::ssize(slots_) && adapter != nullptr);
  slots_[slot - 1] = std::move(adapter);
  filled_[slot - 1] = 1;
}

void Adapters::add(const Batch& batch, std::int32_t layer, LoraTarget target,
                   const std::vector<float>& x, std::vector<float>& y) {
  for (const BatchSequence& sequence : batch.sequences) {
    if (sequence.adapter == 0) continue;
    const LoraPair& pair = slots_[sequence.adapter - 1]->pair(layer, target);
    if (pair.is_set()) add_rows(pair, sequence, x.data(), y.data());
  }
}

void Adapters::add_rows(const LoraPair& pair, const BatchSequence& sequence, const float* x,
                        float* y) {
  const std::int64_t num_tokens = sequence.num_tokens;
  narrow_.resize(static_cast<std::size_t>(num_tokens * pair.a.rows));
  matmul(pair.a, x + sequence.first_row * pair.a.columns, num_tokens, narrow_.data(), row_);
  row_.resize(static_cast<std::size_t>(pair.b.columns));
  for (std::int64_t r = 0; r < pair.b.rows; ++r) {
    decode_row(pair.b, r, row_);
    for (std::int64_t t = 0; t < num_tokens; ++t) {
      y[(sequence.first_row + t) * pair.b.rows + r] +=
          pair.scale * dot(row_.data(), narrow_.data() + t * pair.b.columns, pair.b.columns);
    }
  }
}

}  // namespace inferlab::reference
