#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// How the hidden states of a sequence become one embedding. Names are vLLM's.
enum class PoolingType : std::uint8_t {
  kCls,   ///< the first token's
  kMean,  ///< the mean over all tokens
  kLast,  ///< the last token's
};

/// "CLS", "MEAN", "LAST".
std::string_view to_string(PoolingType type);

/// What the file says under ARCHITECTURE.pooling_type; nullopt where it says nothing or "none".
/// kInvalid for a classifier's ("rank"), which gives no embedding. Source: llama.h,
/// enum llama_pooling_type.
Result<std::optional<PoolingType>> read_pooling_type(const GgufFile& file,
                                                     std::string_view architecture);

}  // namespace inferlab
