#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "labs/calibrate/calibration.h"

namespace inferlab::labs {

struct CalibrateOptions {
  std::string model;
  std::string device = "cpu";
  int num_threads = 1;
  bool quick = false;
  /// Tells how far it is, and whether to go on.
  std::function<bool(std::string_view what, int done, int of)> progress = {};
};

struct Calibrated {
  Calibration calibration;
  int num_void = 0;
  int num_left_out = 0;
};

/// Loads the model, times steps on its backend, fits a profile, measures what the engine adds, and
/// tries the profile with a small workload, which is left out when others had the cores all the
/// time. Seconds to minutes. kConflict: `progress` said to stop.
Result<Calibrated> calibrate(const CalibrateOptions& options);

}  // namespace inferlab::labs
