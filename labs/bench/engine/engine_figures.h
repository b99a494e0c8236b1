#pragma once

#include <span>

#include "labs/bench/figure.h"

namespace inferlab::labs {

/// What is measured of our engine alone, beside what is asked of it.
std::span<const BenchRow> engine_bench_table();

/// Rows of it, a file each.
Result<Figures> measure_bandwidth(const Doing& doing);
Result<Figures> measure_serving(const Doing& doing);

}  // namespace inferlab::labs
