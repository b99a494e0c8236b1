#pragma once

#include <optional>
#include <string>

#include "engine/base/time.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"
#include "sim/cluster/cluster.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {

/// One number that is made of a run's scraped series.
struct Measure {
  enum class Statistic : std::uint8_t {
    kQuantile,  // of a histogram's observations in the window
    kIncrease,  // of counters over the window, resets seen to
    kRate,      // the same a second
    kLast,      // the latest value in the window, of all series together
    kMaximum,   // over the window, of all series together at each scrape
    kMean,
    kMinimum,
  };
  std::string metric;  // of a histogram without _bucket
  sim::SeriesLabels labels;
  Statistic statistic = Statistic::kLast;
  double quantile = 0.95;
  Duration from{};
  Duration to{};  // 0: the end of the run

  /// "p95 of vllm:time_to_first_token_seconds{namespace=\"llm\"} from 5m to 20m"
  [[nodiscard]] std::string str() const;
};

/// The form of a param `measure`.
extern const SpecTable kMeasureTable;
Measure measure_from(const sim::Value& value);

/// nullopt: there is nothing to make it of.
std::optional<double> measured(sim::Cluster& run, const Measure& measure);

/// "0.42", "12.3", "1,204": short enough to be read, exact enough to compare.
std::string shown_number(double value);

}  // namespace inferlab::labs
