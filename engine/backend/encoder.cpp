#include "engine/backend/encoder.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace inferlab {
namespace {

Error bad(std::string why) {
  return Error{ErrorKind::kInvalid, "batch: " + std::move(why)};
}

}  // namespace

void EncoderBatch::add(std::span<const std::int32_t> ids) {
  token_ids.insert(token_ids.end(), ids.begin(), ids.end());
  lengths.push_back(static_cast<std::int32_t>(ids.size()));
}

Result<void> check_encoder_batch(const EncoderBatch& batch, const EncoderConfig& config,
                                 std::size_t num_states) {
  std::int64_t num_rows = 0;
  for (const std::int32_t length : batch.lengths) {
    if (length < 1 || length > config.max_model_len) {
      return bad(fmt::format("a sequence of {} tokens, the encoder takes 1 to {}", length,
                             config.max_model_len));
    }
    num_rows += length;
  }
  if (num_rows != batch.num_rows()) {
    return bad(fmt::format("lengths of {} tokens for {} tokens", num_rows, batch.num_rows()));
  }
  for (const std::int32_t id : batch.token_ids) {
    if (id < 0 || id >= config.vocab_size) return bad(fmt::format("no token {}", id));
  }
  if (num_states != batch.token_ids.size() * static_cast<std::size_t>(config.hidden_size)) {
    return bad(fmt::format("room for {} states, need {} rows of {}", num_states, num_rows,
                           config.hidden_size));
  }
  return {};
}

}  // namespace inferlab
