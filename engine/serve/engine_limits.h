#pragma once

#include "engine/backend/backend.h"
#include "engine/base/result.h"
#include "engine/model/llama_config.h"
#include "engine/schedule/scheduler_config.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// Of --kv-cache-dtype; auto: what the device prefers. kInvalid for a name that no device of ours
/// has; one that this device lacks is refused when the KV cache is reserved.
Result<KvType> kv_type(const ServeOptions& options, KvType preferred);

/// The options, with the number of KV blocks that the device has room for where it is the one to
/// say: neither a number nor a size was asked for, and the device has memory of its own. The
/// weights are there then. `pools`: steps are asked for states, and not for logits alone.
Result<ServeOptions> fitted_to_device(const ServeOptions& options, KvType type,
                                      const ModelWeights& weights, bool pools, Backend& backend);

/// The scheduler's configuration for this model: lengths, KV blocks. kInvalid for options that
/// contradict the model or each other.
Result<SchedulerConfig> scheduler_config(const ServeOptions& options, KvType type,
                                         const LlamaConfig& model);

/// The configuration for this model on this device: encoder_scheduler_config(), or
/// scheduler_config() with as many KV blocks as the device has room for, where it is the one to
/// say. The device is ready for adapters then, if the options ask for them.
Result<SchedulerConfig> engine_config(const ServeOptions& options, KvType type, const Model& model,
                                      bool pools, Backend& backend);

/// kExhausted when the KV blocks do not fit in the device's memory. Before anything is reserved:
/// the scheduler's own list of that many blocks could end the program where the device would have
/// refused them.
Result<void> check_memory(const KvCacheShape& kv, const LlamaConfig& model,
                          const DeviceInfo& device);

/// Of an encoder: prompts come whole, and there is no KV cache; the scheduler's blocks stand for
/// the rows of a step and take no memory.
Result<SchedulerConfig> encoder_scheduler_config(const ServeOptions& options,
                                                 const LlamaConfig& model);

}  // namespace inferlab
