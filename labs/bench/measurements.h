#pragma once

#include "labs/bench/figure.h"

namespace inferlab::labs {

// One function a measurement, each in the file of its name.
Result<Figures> measure_event_kernel(const Doing& doing);
Result<Figures> measure_scheduling(const Doing& doing);
Result<Figures> measure_large_scheduling(const Doing& doing);
Result<Figures> measure_scale(const Doing& doing);
Result<Figures> measure_idle_day(const Doing& doing);
Result<Figures> measure_same_seed(const Doing& doing);

}  // namespace inferlab::labs
