#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "engine/model/pooling_type.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// How an engine that is served for pooling makes embeddings.
/// Source: vLLM documentation, "Pooling Models" (PoolerConfig, Matryoshka embeddings).
struct PoolingConfig {
  PoolingType type = PoolingType::kLast;
  bool normalize = true;
  std::optional<std::int32_t> dimensions = {};     ///< of requests that ask for none; none: all
  std::optional<std::int64_t> max_embed_len = {};  ///< longest input; none: max_model_len
  bool is_matryoshka = false;  ///< the model was trained so that embeddings may be cut
  std::vector<std::int32_t> matryoshka_dimensions = {};  ///< allowed ones; empty: any
};

/// What one request asks for.
struct PoolingParams {
  std::optional<std::int32_t> dimensions = {};
  std::optional<bool> normalize = {};
};

/// Whether the options ask for pooling of this model (--runner, --convert, --task) and how.
/// nullopt: it is served for generation. Left to itself an encoder is for pooling, and so is a
/// decoder whose file names a pooling type; others are for generation. kInvalid names the option
/// that the model cannot follow.
Result<std::optional<PoolingConfig>> pooling_config(const ServeOptions& options,
                                                    const Model& model);

/// vLLM's refusals of `dimensions`, as kInvalid.
Result<void> check_dimensions(const PoolingParams& params, const PoolingConfig& config,
                              std::int32_t hidden_size, std::string_view model_name);

}  // namespace inferlab
