#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/serve/api_types.h"
#include "engine/serve/pooling_config.h"

namespace inferlab {

struct ServedLora;

/// One input: a text, or tokens that the client made of it.
using EmbeddingInput = std::variant<std::string, std::vector<TokenId>>;

/// The body of POST /v1/embeddings, checked for types and ranges; what needs the model (names,
/// lengths, dimensions) is checked by whoever has it.
struct EmbeddingApiRequest {
  std::string model;  ///< "": the one that is served
  std::vector<EmbeddingInput> inputs;
  std::shared_ptr<const ServedLora> lora;  ///< that `model` names, for whoever finds it
  PoolingParams pooling;
  bool as_base64 = false;          ///< encoding_format
  bool big_endian = false;         ///< of base64
  bool add_special_tokens = true;  ///< to texts
  /// Most tokens of an input; -1: as many as the model takes. None: longer ones are refused.
  std::optional<std::int64_t> truncate_prompt_tokens;
  bool truncate_left = false;  ///< keeps the last tokens and not the first
  std::int32_t priority = 0;
  std::string cache_salt;
  std::string request_id;
};

/// Reads a request body. Unknown fields are passed over, as vLLM does; null is as good as absent.
/// Known fields that cannot be honoured are refused with 400.
/// Source: the OpenAI API reference and vLLM's documentation, "Embeddings API".
std::variant<EmbeddingApiRequest, ApiError> parse_embedding_request(std::string_view body);

}  // namespace inferlab
