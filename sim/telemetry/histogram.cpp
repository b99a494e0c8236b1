#include "sim/telemetry/histogram.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim {

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {
  // As Prometheus' Python client prints them: 1.0, 2.5, 0.001.
  for (const double bound : bounds_) {
    std::string text = fmt::format("{}", bound);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    bound_texts_.push_back(std::move(text));
  }
  bound_texts_.emplace_back("+Inf");
}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  ++counts_[static_cast<std::size_t>(bucket - bounds_.begin())];
  ++count_;
  sum_ += value;
}

void Histogram::expose(const std::string& name, const SeriesLabels& labels,
                       std::vector<Sample>& samples) const {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    cumulative += counts_[i];
    SeriesLabels own = labels;
    own["le"] = bound_texts_[i];
    samples.push_back({name + "_bucket", std::move(own), static_cast<double>(cumulative)});
  }
  samples.push_back({name + "_sum", labels, sum_});
  samples.push_back({name + "_count", labels, static_cast<double>(count_)});
}

}  // namespace inferlab::sim
