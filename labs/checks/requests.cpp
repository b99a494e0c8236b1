#include "labs/checks/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace inferlab::labs {
namespace {

// The last point less the first one in the window. Counters begin at 0 with the run, and one that
// appears later than the Service's others, because nobody had that answer before, did so then.
std::int64_t increase(const sim::Telemetry::Series& series, Time from, Time first_scrape) {
  if (series.points.empty()) return 0;
  const sim::Point& first = series.points.front();
  const double begin = from == Time{} || first.at != first_scrape ? 0 : first.value;
  return std::llround(series.points.back().value - begin);
}

}  // namespace

std::string RequestCount::failures() const {
  std::string out;
  for (const auto& [code, count] : failed) {
    out += fmt::format("{}{} got {}", out.empty() ? "" : ", ", count, code);
  }
  return out;
}

Cause RequestCount::cause() const {
  constexpr int kGaveUp = 499;  // the client's doing, though it is a 4xx
  for (const auto& [code, count] : failed) {
    if (code >= 400 && code < kGaveUp && count > 0) return Cause::kRefused;
  }
  return Cause::kFinding;
}

Time scrape_before(Duration at, const sim::ClusterSpec& cluster) {
  return Time{at > cluster.scrape_interval ? at - cluster.scrape_interval : Duration{}};
}

RequestCount count_requests(const sim::Telemetry& telemetry, std::string_view ns,
                            std::string_view service, Time from, Time to) {
  const sim::SeriesLabels labels = {{"namespace", std::string(ns)},
                                    {"service", std::string(service)}};
  RequestCount out;
  const auto all = telemetry.select("gateway_requests_total", labels, from, to);
  Time first_scrape = to;
  for (const auto& series : all) {
    if (!series.points.empty()) first_scrape = std::min(first_scrape, series.points.front().at);
  }
  for (const auto& series : all) {
    const std::int64_t count = increase(series, from, first_scrape);
    const auto label = series.labels.find("code");
    int code = 0;
    if (count <= 0 || label == series.labels.end()) continue;
    const std::string& text = label->second;
    std::from_chars(text.data(), text.data() + text.size(), code);
    out.ended += count;
    if (code == 200) {
      out.answered += count;
    } else {
      out.failed[code] += count;
    }
  }
  for (const auto& series : telemetry.select("gateway_unloaded_requests_total", labels, from, to)) {
    out.unloaded += increase(series, from, first_scrape);
  }
  return out;
}

}  // namespace inferlab::labs
