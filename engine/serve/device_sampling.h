#pragma once

#include <span>

#include "engine/backend/backend.h"
#include "engine/schedule/step.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Whether the device may pick the next tokens of these sequences: it can sample, all are greedy
/// and nothing is done to their logits first. The tokens are then those that Sampler would give.
bool can_sample_on_device(const Backend& backend, std::span<Sequence* const> sampled);

/// Runs the batch; logits, half a megabyte a row for a large vocabulary, stay on the device.
Result<StepOutput> sample_on_device(Backend& backend, const Batch& batch);

}  // namespace inferlab
