#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/schedule/step.h"

namespace inferlab::sim {

/// What of a step decides how long it takes.
struct StepLoad {
  std::int64_t rows = 0;     ///< tokens, all requests together: the rows of every matrix product
  std::int64_t sampled = 0;  ///< rows of the output matrix's product
  /// Tokens that the decoding requests' attention reads.
  std::int64_t decode_context = 0;
  /// Pairs of a prompt's token and one that it sees, itself included.
  std::int64_t prefill_pairs = 0;

  static StepLoad of(const Step& step);
};

/// How long steps take in a real engine on a real device: what `inferlab calibrate` has measured
/// (labs/calibrate), as the sum of what a step's parts take. Integers, so that a file says exactly
/// what is computed with; the sums are of doubles in a fixed order, the same on every machine.
struct StepProfile {
  struct Knot {
    std::int64_t rows = 0;
    std::int64_t ns = 0;
  };
  std::string name;  ///< "inferlab-tiny on cpu, 2 threads": for people
  /// A step of so many rows, logits and attention apart; linear in between and, by the last two,
  /// beyond. Ascending in rows, never descending in time; the first one is of 1 row.
  std::vector<Knot> knots;
  std::int64_t logits_ns = 0;          ///< once, where any row is sampled
  std::int64_t sampled_ps = 0;         ///< each sampled row beyond the first
  std::int64_t decode_context_ps = 0;  ///< each of StepLoad::decode_context
  std::int64_t prefill_pair_ps = 0;    ///< each of StepLoad::prefill_pairs
  // What the engine does itself.
  std::int64_t step_ns = 0;     ///< between two steps
  std::int64_t token_ns = 0;    ///< for each token that a step yields
  std::int64_t request_ns = 0;  ///< from a request's arrival to the scheduler

  /// What the device takes. Checks: there is a knot.
  [[nodiscard]] double device_ns(const StepLoad& load) const;
  /// From one step's begin to the next one's.
  [[nodiscard]] double step_time_ns(const StepLoad& load) const;
};

/// Whether knots and figures are what the comments above say, and small enough that no sum runs
/// over.
bool is_valid(const StepProfile& profile);

/// Of a cluster: which replicas take their step times from a profile.
struct ReplicaProfile {
  std::string gpu;    ///< a GpuSpec's name; empty: any
  std::string model;  ///< a ModelSpec's id; empty: any
  StepProfile steps;
};

}  // namespace inferlab::sim
