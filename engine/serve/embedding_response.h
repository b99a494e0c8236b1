#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace inferlab {

/// The answer to POST /v1/embeddings in the shape of the OpenAI API.
struct EmbeddingResponse {
  std::string id = {};  ///< "embd-…"
  std::string model = {};
  std::int64_t created = 0;                         ///< seconds since 1970
  std::vector<std::vector<float>> embeddings = {};  ///< in the order of the inputs
  std::int64_t num_prompt_tokens = 0;               ///< of all inputs
  bool as_base64 = false;
  bool big_endian = false;
};

std::string embedding_body(const EmbeddingResponse& response);

/// The values' bytes as float32, in base64 (RFC 4648, section 4).
std::string base64_floats(std::span<const float> values, bool big_endian);

}  // namespace inferlab
