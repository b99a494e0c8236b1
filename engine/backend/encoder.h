#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/encoder_weights.h"

namespace inferlab {

/// One step's work for an encoder: whole sequences, one after the other. Tokens of a sequence see
/// each other, and none of another sequence.
struct EncoderBatch {
  std::vector<std::int32_t> token_ids;  // [num_rows]
  std::vector<std::int32_t> lengths;    // tokens of each sequence; their sum is num_rows

  [[nodiscard]] std::int64_t num_rows() const { return std::ssize(token_ids); }
  void add(std::span<const std::int32_t> ids);
};

/// Runs a BERT-like encoder: what a backend has behind encode(). Calls come from one thread.
class Encoder {
 public:
  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  virtual ~Encoder() = default;

  /// Writes the last layer's states: [batch.num_rows(), hidden_size], row-major, fp32. A row
  /// depends on its own sequence only, to the last bit: not on what else is in the batch. kInvalid
  /// for a batch that contradicts itself; nothing was run then and the encoder lives on.
  virtual Result<void> encode(const EncoderBatch& batch, std::span<float> states) = 0;
};

/// What every encoder asks of a batch before it touches memory by it: lengths are 1 to
/// max_model_len and make up the rows, ids are in the vocabulary, `num_states` is their number
/// times the width. kInvalid says what contradicts.
Result<void> check_encoder_batch(const EncoderBatch& batch, const EncoderConfig& config,
                                 std::size_t num_states);

}  // namespace inferlab
