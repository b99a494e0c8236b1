#include "engine/serve/make_pooling_sequence.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab {

Error input_too_long(std::int64_t num_tokens, std::int64_t max_model_len,
                     const PoolingConfig& config) {
  const bool has_own = config.max_embed_len && *config.max_embed_len < max_model_len;
  return Error{ErrorKind::kInvalid,
               fmt::format("This model's {} is {} tokens. However, you requested {} tokens in the "
                           "input for embedding generation. Please reduce the length of the input.",
                           has_own ? "maximum embedding input length" : "maximum context length",
                           has_own ? *config.max_embed_len : max_model_len, num_tokens)};
}

Result<std::unique_ptr<Sequence>> make_pooling_sequence(RequestId id, GenerationRequest&& request,
                                                        Time arrival,
                                                        const SequenceContext& context) {
  INFERLAB_CHECK(request.pooling.has_value() && context.pooling != nullptr);
  const auto num_tokens = std::ssize(request.prompt);
  const std::int64_t max_model_len = context.config->max_model_len;
  if (num_tokens == 0) {
    return Error{ErrorKind::kInvalid, "The decoder prompt cannot be empty"};
  }
  if (num_tokens >
      std::min(max_model_len, context.pooling->max_embed_len.value_or(max_model_len))) {
    return input_too_long(num_tokens, max_model_len, *context.pooling);
  }
  const TokenId largest = std::ranges::max(request.prompt);
  const TokenId smallest = std::ranges::min(request.prompt);
  if (largest >= context.vocab_size || smallest < 0) {
    return Error{ErrorKind::kInvalid, fmt::format("Token id {} is out of vocabulary",
                                                  smallest < 0 ? smallest : largest)};
  }
  INFERLAB_TRY_VOID(check_dimensions(*request.pooling, *context.pooling, context.hidden_size,
                                     context.model_name));
  if (request.timeout && *request.timeout <= Duration{}) {
    return Error{ErrorKind::kInvalid, "timeout: must be above 0"};
  }
  auto sequence = std::make_unique<Sequence>(
      Sequence{.request = Request{.id = id,
                                  .num_prompt_tokens = num_tokens,
                                  .max_tokens = 1,
                                  .priority = request.priority,
                                  .lora = request.lora ? request.lora->id : 0,
                                  .is_pooling = true},
               .name = std::move(request.name),
               .tokens = std::move(request.prompt),
               .sampler = Sampler(SamplingParams{}, {}),
               .decoder = StreamDecoder(*context.tokenizer),
               .stop = StopChecker({}, false),
               .prefix_hash = PrefixHash(context.config->block_size, std::move(request.cache_salt),
                                         request.lora ? request.lora->id : 0),
               .lora = std::move(request.lora),
               .pooling = *request.pooling});
  if (request.timeout) sequence->deadline = arrival + *request.timeout;
  return sequence;
}

}  // namespace inferlab
