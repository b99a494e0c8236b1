#include "engine/backend/cuda/workspace.h"

#include <algorithm>

namespace inferlab::cuda {
namespace {

template <typename T>
Result<void> grow(DeviceArray<T>& array, std::int64_t size, bool& moved) {
  if (static_cast<std::size_t>(size) <= array.size()) return {};
  moved = true;
  return array.reserve(static_cast<std::size_t>(size));
}

}  // namespace

Result<bool> Workspace::reserve(const LlamaConfig& config, const Needs& needs) {
  bool moved = false;
  const std::int64_t rows = needs.rows;
  const std::int64_t ffn_rows = std::min(rows, kFfnRows);
  INFERLAB_TRY_VOID(grow(hidden, rows * config.hidden_size, moved));
  INFERLAB_TRY_VOID(grow(delta, rows * config.hidden_size, moved));
  INFERLAB_TRY_VOID(grow(qkv, rows * (config.q_size() + 2 * config.kv_size()), moved));
  INFERLAB_TRY_VOID(grow(q, rows * config.q_size() * needs.kv_element_bytes, moved));
  INFERLAB_TRY_VOID(grow(attended, rows * config.q_size(), moved));
  INFERLAB_TRY_VOID(grow(gate_up, ffn_rows * 2 * config.ffn_size, moved));
  INFERLAB_TRY_VOID(grow(logits, needs.sampled * config.vocab_size, moved));
  INFERLAB_TRY_VOID(grow(partials, needs.partial_rows * config.head_dim, moved));
  INFERLAB_TRY_VOID(grow(partial_sums, needs.partial_rows, moved));
  INFERLAB_TRY_VOID(grow(dequantized, needs.dequantized, moved));
  for (int i = 0; i < kNumForms; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (!needs.forms[index]) continue;
    const auto form = static_cast<Form>(i);
    const std::int64_t most = std::max(rows, needs.sampled);
    const std::int64_t elements = std::max({most * form_stride(form, config.hidden_size),
                                            rows * form_stride(form, config.q_size()),
                                            ffn_rows * form_stride(form, config.ffn_size)});
    FormRows& to = forms_[index];
    INFERLAB_TRY_VOID(grow(to.values, elements * form_element_bytes(form), moved));
    if (form != Form::kQ8) continue;
    INFERLAB_TRY_VOID(grow(to.scales, elements / 32, moved));
    INFERLAB_TRY_VOID(grow(to.sums, elements / 32, moved));
  }
  return moved;
}

}  // namespace inferlab::cuda
