#include "engine/serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/check.h"

namespace inferlab {

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1, 0) {
  INFERLAB_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  ++counts_[static_cast<std::size_t>(bucket - bounds_.begin())];
  ++count_;
  sum_ += value;
}

void MetricText::family(std::string_view name, std::string_view type, std::string_view help) {
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void MetricText::sample(std::string_view name, std::string_view more_labels, double value) {
  const std::string_view comma = labels_.empty() || more_labels.empty() ? "" : ",";
  text_ +=
      fmt::format("{}{{{}{}{}}} {}\n", name, labels_, comma, more_labels, metric_number(value));
}

void MetricText::gauge(std::string_view name, std::string_view help, double value) {
  family(name, "gauge", help);
  sample(name, "", value);
}

void MetricText::counter(std::string_view name, std::string_view help, double value) {
  family(name, "counter", help);
  sample(name, "", value);
}

void MetricText::histogram(std::string_view name, std::string_view help,
                           const Histogram& histogram) {
  family(name, "histogram", help);
  const std::string bucket_name = fmt::format("{}_bucket", name);
  std::int64_t cumulated = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    cumulated += histogram.counts()[i];
    const double bound = i < histogram.bounds().size() ? histogram.bounds()[i]
                                                       : std::numeric_limits<double>::infinity();
    sample(bucket_name, metric_label("le", metric_number(bound)), static_cast<double>(cumulated));
  }
  sample(fmt::format("{}_count", name), "", static_cast<double>(histogram.count()));
  sample(fmt::format("{}_sum", name), "", histogram.sum());
}

std::string metric_label(std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}=\"", name);
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string metric_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::string text = fmt::format("{}", value);
  const bool whole = text.find_first_of(".e") == std::string::npos;
  return whole ? text + ".0" : text;
}

}  // namespace inferlab
