#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab {

/// A cumulative histogram in Prometheus' sense. Not thread-safe: its owner locks.
class Histogram {
 public:
  /// `bounds` are the upper bounds (`le`), ascending; +Inf is added.
  explicit Histogram(std::vector<double> bounds);

  void observe(double value);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  /// Values in each bucket on its own (not cumulated), +Inf last.
  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::int64_t> counts_;
  std::int64_t count_ = 0;
  double sum_ = 0;
};

/// Writes Prometheus' text exposition format, version 0.0.4.
/// Source: Prometheus documentation, "Exposition formats".
class MetricText {
 public:
  /// `labels` go into every sample, as name="value" pairs with commas, values escaped.
  explicit MetricText(std::string labels) : labels_(std::move(labels)) {}

  void gauge(std::string_view name, std::string_view help, double value);
  void counter(std::string_view name, std::string_view help, double value);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

  /// The two lines above the samples of a family, for families with labels of their own.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// `more_labels` as `labels` above; may be empty.
  void sample(std::string_view name, std::string_view more_labels, double value);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string labels_;
  std::string text_;
};

/// name="value", with backslash, double quote and newline escaped.
std::string metric_label(std::string_view name, std::string_view value);

/// "0.005", "1.0", "+Inf": a whole number keeps its ".0", as client libraries print it.
std::string metric_number(double value);

}  // namespace inferlab
