#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

/// A Prometheus histogram as a program keeps it: cumulative buckets, a sum and a count.
class Histogram {
 public:
  /// `bounds` are the buckets' upper bounds, growing, without +Inf.
  explicit Histogram(std::span<const double> bounds);

  void observe(double value);
  /// Appends NAME_bucket (with label le), NAME_sum and NAME_count.
  void expose(const std::string& name, const SeriesLabels& labels,
              std::vector<Sample>& samples) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::string> bound_texts_;  // "0.001" … "+Inf"
  std::vector<std::uint64_t> counts_;     // of each bucket alone; the last one is +Inf
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace inferlab::sim
