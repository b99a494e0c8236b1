#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/bench/engine/core_share.h"
#include "labs/calibrate/calibration.h"
#include "labs/calibrate/step_runner.h"

namespace inferlab::labs {

/// Of the cores that a measurement counts on: with less it says nothing of the engine. As in
/// `inferlab bench engine`.
inline constexpr double kLeastCoreShare = 0.9;

/// Whether so many threads, 0: of no processor, waited for little more than that for cores that
/// others had.
bool had_its_cores(const CoreShare& share, int num_threads);

struct MeasureOptions {
  int num_threads = 1;  ///< of the device; 0: it is no processor, and no run is void
  int rounds = 3;       ///< through the whole grid; the median counts
  /// Tells how far it is, and whether to go on.
  std::function<bool(std::string_view what, int done, int of)> progress = {};
};

struct MeasuredSteps {
  std::vector<CalibratedPoint> points;
  int num_void = 0;      ///< runs in which the process had too little of the cores
  int num_left_out = 0;  ///< points without a run that counts
};

/// Times each step of the grid, round by round: what changes on the machine meanwhile meets all of
/// them. kUnavailable when too much else ran to say anything; kConflict when `progress` said to
/// stop.
Result<MeasuredSteps> measure_steps(StepRunner& runner, std::span<const GridPoint> grid,
                                    const MeasureOptions& options);

}  // namespace inferlab::labs
