#pragma once

#include "engine/backend/backend.h"
#include "engine/schedule/step.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Whether the device may pick the next tokens of this step: it can sample, each sequence that gets
/// a token takes the likeliest one, and nobody wants to see logits (logprobs) or changes them
/// (penalties, masks, min_tokens) or has guesses to be checked. The tokens are then those that
/// Sampler would give.
bool can_sample_on_device(const Backend& backend, const Step& step, const SequenceTable& sequences);

/// Runs the batch; logits, half a megabyte a row for a large vocabulary, stay on the device.
Result<StepOutput> sample_on_device(Backend& backend, const Batch& batch);

}  // namespace inferlab
