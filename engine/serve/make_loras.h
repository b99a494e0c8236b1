#pragma once

#include <cstdint>
#include <memory>

#include "engine/backend/backend.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "engine/serve/lora_registry.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// Before Backend::load(): has the backend ready for adapters where the options ask for them, and
/// gives how many a step may have, 0 without. kInvalid for options that contradict each other or
/// the model, kUnavailable for a backend that runs none.
Result<std::int64_t> enable_loras(const ServeOptions& options, const Model& model,
                                  Backend& backend);

/// After Backend::load(): the registry with the adapters of the options; null without any. Borrows
/// the model.
Result<std::unique_ptr<LoraRegistry>> make_loras(const ServeOptions& options,
                                                 const LlamaConfig& model, const LogSink& log);

}  // namespace inferlab
