#pragma once

#include <memory>

#include "engine/backend/backend.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/model/llama_config.h"
#include "engine/serve/drafter.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// What options.speculative_config and speculative_model ask for; null when nothing. `kv` is the
/// target's KV cache: a draft model gets as many blocks. Errors: the draft model's file or device,
/// and kInvalid for a configuration that contradicts itself or the target.
Result<std::unique_ptr<Drafter>> make_drafter(const ServeOptions& options, const KvCacheShape& kv,
                                              const LlamaConfig& target, const LogSink& log);

}  // namespace inferlab
