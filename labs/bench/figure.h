#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

/// One number that a measurement has brought, and the one that the project asks for.
struct Figure {
  std::string what;  // "1,000 nodes, spread and affinity"
  double value = 0;
  std::string unit;  // "Pods/s"; "" with `text`
  double asked = 0;  // 0: none
  enum class Better { kMore, kLess } better = Better::kMore;
  std::string text = {};  // in place of a value that is no amount: a hash

  [[nodiscard]] bool is_met() const {
    return asked == 0 || (better == Better::kMore ? value >= asked : value <= asked);
  }
};
using Figures = std::vector<Figure>;

/// Tells how far a measurement is: "placing 150,000 Pods".
using Doing = std::function<void(std::string_view what)>;

/// A row of the table of measurements. `measure` does it once; times are of the CPU, all threads of
/// the process together, so that what else the machine does counts as little as can be.
struct BenchRow {
  std::string_view name;  // for --only
  std::string_view summary;
  Result<Figures> (*measure)(const Doing& doing);
};

/// Of a simulated cluster, in the order in which they are made.
std::span<const BenchRow> cluster_bench_table();

/// Seconds of CPU time of this process so far.
double cpu_seconds();

}  // namespace inferlab::labs
