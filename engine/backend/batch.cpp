#include "engine/backend/backend.h"
#include "engine/base/check.h"

namespace inferlab {

void Batch::add(std::span<const std::int32_t> ids, std::int32_t first_position,
                std::span<const std::int32_t> block_table, std::int32_t num_sampled,
                std::int32_t adapter) {
  sequences.push_back({.first_row = num_rows(),
                       .num_tokens = static_cast<std::int32_t>(ids.size()),
                       .block_table = {block_table.begin(), block_table.end()},
                       .adapter = adapter});
  token_ids.insert(token_ids.end(), ids.begin(), ids.end());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    positions.push_back(first_position + static_cast<std::int32_t>(i));
  }
  INFERLAB_CHECK(num_sampled >= 0 && num_sampled <= std::ssize(ids));
  for (std::int32_t i = num_sampled; i > 0; --i) sampled_rows.push_back(num_rows() - i);
}

Result<void> Backend::embed(const Batch& /*batch*/, std::span<float> /*states*/) {
  return Error{ErrorKind::kUnavailable, "backend: cannot give hidden states",
               "use --device cpu for embeddings"};
}

Result<void> Backend::load_encoder(const EncoderWeights& /*weights*/) {
  return Error{ErrorKind::kUnavailable, "backend: cannot run an encoder",
               "use --device cpu for BERT-like models"};
}

Result<void> Backend::encode(const EncoderBatch& /*batch*/, std::span<float> /*states*/) {
  return Error{ErrorKind::kUnavailable, "backend: has no encoder"};
}

Result<void> Backend::enable_adapters(const AdapterRoom& /*room*/) {
  return Error{ErrorKind::kUnavailable, "backend: cannot run LoRA adapters",
               "use --device cpu for adapters"};
}

Result<void> Backend::set_adapter(std::int32_t /*slot*/,
                                  std::shared_ptr<const LoraAdapter> /*adapter*/) {
  return Error{ErrorKind::kUnavailable, "backend: has no slots for adapters"};
}

}  // namespace inferlab
