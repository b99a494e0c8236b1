#include "engine/serve/make_drafter.h"

#include <fmt/format.h>

#include <utility>

#include "engine/backend/registry.h"
#include "engine/serve/engine_limits.h"
#include "engine/serve/model_drafter.h"

namespace inferlab {

Result<std::unique_ptr<Drafter>> make_drafter(const ServeOptions& options, const KvCacheShape& kv,
                                              const LlamaConfig& target, const LogSink& log) {
  constexpr std::int32_t kMostTokens = 64;
  const NgramConfig& config = options.speculative_config;
  if (config.num_speculative_tokens == 0 && options.speculative_model.empty()) {
    return std::unique_ptr<Drafter>();
  }
  if (config.num_speculative_tokens < 1 || config.num_speculative_tokens > kMostTokens) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("speculative_config.num_speculative_tokens: is {}, need 1 to {}",
                             config.num_speculative_tokens, kMostTokens)};
  }
  if (options.speculative_model.empty()) {
    if (config.prompt_lookup_min < 1 || config.prompt_lookup_max < config.prompt_lookup_min) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("speculative_config: prompt_lookup_min is {} and prompt_lookup_max "
                               "is {}: need 1 or more, and no more than the other",
                               config.prompt_lookup_min, config.prompt_lookup_max)};
    }
    return std::unique_ptr<Drafter>(std::make_unique<NgramDrafter>(config));
  }
  INFERLAB_TRY(Model model, Model::open(options.speculative_model));
  if (model.encoder) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("speculative_config: model: {} is an encoder: it generates no tokens",
                             options.speculative_model)};
  }
  INFERLAB_TRY(std::unique_ptr<Backend> backend, make_backend(options.device));
  KvCacheShape own = kv;
  INFERLAB_TRY(own.type, kv_type(options, backend->default_kv_type(model.weights)));
  INFERLAB_TRY(std::unique_ptr<ModelDrafter> drafter,
               ModelDrafter::create(std::make_unique<Model>(std::move(model)), std::move(backend),
                                    {.num_speculative_tokens = config.num_speculative_tokens,
                                     .kv = own,
                                     .max_batched_tokens = options.max_num_batched_tokens},
                                    target, log));
  return std::unique_ptr<Drafter>(std::move(drafter));
}

}  // namespace inferlab
