#pragma once

#include <functional>

#include "engine/base/result.h"
#include "engine/serve/engine.h"
#include "labs/calibrate/calibration.h"

namespace inferlab::labs {

/// Measures through the whole engine what it does beside its device: adds step_ns, token_ns and
/// request_ns to `steps`, whose other figures are known. Medians of many intervals; measured again
/// while other processes have the cores of its threads (0: of no processor).
Result<void> measure_engine_itself(Engine& engine, sim::StepProfile& steps, int num_threads);

/// Requests for a model of this length, so close after each other that a few are under way at a
/// time; the same for the same profile.
std::vector<TrialRequest> make_requests(const sim::StepProfile& steps, std::int64_t max_model_len,
                                        int count);

/// Sends them to the engine when they are due, notes when that was, and waits for the answers.
Result<TrialOutcome> run_on_engine(Engine& engine, std::span<TrialRequest> requests);

}  // namespace inferlab::labs
