#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "labs/calibrate/calibration.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// A profile's file: JSON, one object, version 1. Times are integers of nanoseconds (Ns) or
/// picoseconds (Ps); nothing in it depends on the day, but what was measured.
///
///   kind "inferlab-profile", version 1
///   device    backend, name, threads, memoryBytes
///   model     name, architecture, weightType, parameters, weightsBytes, layers, hiddenSize,
///             ffnSize, heads, kvHeads, headDim, vocabulary, maxModelLen
///   load      warmNs; coldNs and coldResident where the file could be put out of memory
///   kv        type, blockSize, memoryBytes, capacity: [{type, bytesPerBlock, blocks}]
///   points    [{prompts, promptTokens, promptContext, promptSamples, sequences, context,
///             heldOut, ns, runs}]
///   steps     what is computed with, as sim::StepProfile has it: knots: [{rows, ns}], logitsNs,
///             sampledPs, decodeContextPs, prefillPairPs, stepNs, tokenNs, requestNs
///   error     fitted and heldOut: {points, mean, p95}, relative
///   workload  numBlocks, maxNumBatchedTokens, maxNumSeqs, requests: [{arrivalNs, promptTokens,
///             outputTokens}], measured and simulated: {ttftNs, itlNs}; may be left out
///
/// It is foreign input: unknown and missing fields, wrong types and figures out of range are
/// refused with "FILE:LINE:COLUMN: FIELD: WHY", and so is what sim::is_valid() does not take.
Result<Calibration> parse_profile(std::string_view text, const std::string& file);
Result<Calibration> load_profile(const std::string& path);

sim::Value to_value(const Calibration& calibration);

}  // namespace inferlab::labs
