#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "labs/calibrate/step_shape.h"
#include "sim/serving/step_profile.h"

namespace inferlab::labs {

struct CalibratedPoint {
  StepShape shape;
  bool held_out = false;
  std::int64_t ns = 0;  ///< median
  std::int64_t runs = 0;
};

/// Of |computed - measured| / measured.
struct FitError {
  std::int64_t points = 0;
  double mean = 0;
  double p95 = 0;
};

/// What a small workload came to.
struct TrialOutcome {
  std::int64_t ttft_ns = 0;  ///< mean of the requests
  std::int64_t itl_ns = 0;   ///< mean of all intervals between tokens
};

struct TrialRequest {
  std::int64_t arrival_ns = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t output_tokens = 0;
};

/// Requests that were sent to the engine, and to a simulated one with the profile.
struct Trial {
  std::int64_t num_blocks = 0;
  std::int64_t max_num_batched_tokens = 0;
  std::int64_t max_num_seqs = 0;
  std::vector<TrialRequest> requests;
  TrialOutcome measured;
  TrialOutcome simulated;
};

/// All that `inferlab calibrate` finds out about a model on a device.
struct Calibration {
  struct Device {
    std::string backend;  ///< "cpu"
    std::string name;
    std::int64_t threads = 0;  ///< 0: no matter
    std::int64_t memory_bytes = 0;
  };
  struct ModelShape {
    std::string name;
    std::string architecture;
    std::string weight_type;  ///< of its matrices
    std::int64_t parameters = 0;
    std::int64_t weights_bytes = 0;
    std::int64_t layers = 0;
    std::int64_t hidden_size = 0;
    std::int64_t ffn_size = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t vocabulary = 0;
    std::int64_t max_model_len = 0;
  };
  /// From opening the file to a backend that takes steps.
  struct Load {
    std::int64_t warm_ns = 0;             ///< the file was in memory
    std::optional<std::int64_t> cold_ns;  ///< it was not; none: it could not be put out
    double cold_resident = 0;             ///< part of the file that was in memory all the same
  };
  struct KvCapacity {
    std::string type;
    std::int64_t bytes_per_block = 0;
    std::int64_t blocks = 0;
  };
  struct Kv {
    std::string type;  ///< that the steps were measured with
    std::int64_t block_size = 0;
    std::int64_t memory_bytes = 0;  ///< that is left for it
    std::vector<KvCapacity> capacity;
  };
  Device device;
  ModelShape model;
  Load load;
  Kv kv;
  std::vector<CalibratedPoint> points;
  sim::StepProfile steps;
  FitError fitted, held_out;
  std::optional<Trial> workload;
};

/// A profile whose sum of parts is nearest to the points that are not held out, in squares of
/// relative errors, and no part of which is negative. Checks: knots ascend from 1, and there is a
/// point.
sim::StepProfile fit_profile(std::span<const CalibratedPoint> points,
                             std::span<const std::int64_t> knots);

/// Of the points that are held out, or of the others.
FitError fit_error(std::span<const CalibratedPoint> points, const sim::StepProfile& profile,
                   bool held_out);

/// Sends the workload's requests to a simulated engine with the profile.
TrialOutcome simulate(const Trial& workload, const Calibration& calibration);

}  // namespace inferlab::labs
