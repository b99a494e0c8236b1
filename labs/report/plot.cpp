#include "labs/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

// The picture's own units; a page scales it.
constexpr double kWidth = 560, kHeight = 210;
constexpr double kLeft = 46, kRight = 552, kTop = 22, kBottom = 182;

// The least of 1, 2 and 5 times a power of ten that cuts `highest` into at most four.
double step_for(double highest) {
  const double rough = highest / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

Duration time_step_for(Duration end) {
  for (const Duration step : {Duration{10s}, Duration{30s}, Duration{1min}, Duration{2min},
                              Duration{5min}, Duration{10min}, Duration{15min}, Duration{30min},
                              Duration{1h}, Duration{2h}, Duration{6h}, Duration{12h}}) {
    if (end <= step * 7) return step;
  }
  const Duration day = 24h;
  return day * (end / (day * 7) + 1);
}

// "5m" of 5m0s, "1h" of 1h0m0s.
std::string short_duration(Duration duration) {
  std::string out = format_duration(duration);
  if (out.ends_with("m0s")) out.resize(out.size() - 2);
  if (out.ends_with("h0m")) out.resize(out.size() - 2);
  return out;
}

/// Where a moment and a value lie.
class Scale {
 public:
  Scale(const Plot& plot, const Evidence& evidence) : window_(evidence.window) {
    std::size_t windows = 1;
    for (const EvidenceSeries* line : plot.lines) {
      windows = std::max(windows, line->values.size());
      highest_ = std::max(highest_, highest_of(*line));
    }
    end_ = std::max(evidence.window, Duration{1s}) * static_cast<std::int64_t>(windows);
    if (highest_ <= 0) highest_ = 1;
    // Seconds below one are told in milliseconds, and Pods in whole ones.
    in_ms_ = shown_unit(plot) == "ms";
    step_ = step_for(highest_);
    if (plot.unit != "s") step_ = std::max(1.0, step_);
    top_ = std::ceil(highest_ / step_ - 1e-9) * step_;
    // A line along the frame would look as if it went on above it.
    if (plot.unit != "s" && top_ <= highest_) top_ += step_;
  }

  [[nodiscard]] double x(Duration at) const {
    return kLeft + (kRight - kLeft) * std::clamp(to_seconds(at) / to_seconds(end_), 0.0, 1.0);
  }
  [[nodiscard]] double x_of(std::size_t window) const {
    return x(window_ * static_cast<std::int64_t>(window + 1));
  }
  [[nodiscard]] double y(double value) const {
    return kBottom - (kBottom - kTop) * std::clamp(value / top_, 0.0, 1.0);
  }
  [[nodiscard]] double step() const { return step_; }
  [[nodiscard]] double top() const { return top_; }
  [[nodiscard]] Duration end() const { return end_; }
  [[nodiscard]] bool in_ms() const { return in_ms_; }

 private:
  Duration window_, end_{};
  double highest_ = 0, step_ = 1, top_ = 1;
  bool in_ms_ = false;
};

std::string axes(const Scale& scale) {
  std::string out;
  const int ticks = static_cast<int>(std::lround(scale.top() / scale.step()));
  for (int i = 0; i <= ticks; ++i) {
    const double value = scale.step() * i;
    const double y = scale.y(value);
    out += fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick end\" x=\"{:.1f}\" y=\"{:.1f}\">{:.4g}</text>\n",
        i == 0 ? "base" : "grid", kLeft, y, kRight, y, kLeft - 6, y + 3.5,
        scale.in_ms() ? value * 1000 : value);
  }
  const Duration step = time_step_for(scale.end());
  for (Duration at{}; at <= scale.end(); at += step) {
    out += fmt::format(
        "<line class=\"base\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick mid\" x=\"{0:.1f}\" y=\"{3:.1f}\">{4}</text>\n",
        scale.x(at), kBottom, kBottom + 4, kBottom + 17, short_duration(at));
  }
  return out;
}

// What is seen twice in a row is one line; what stands alone is a dot.
std::string line_of(const EvidenceSeries& series, const Scale& scale, std::size_t number) {
  std::string path, dots, area;
  std::size_t length = 0;
  const auto end_stretch = [&](std::size_t last) {
    if (length == 1) {
      dots += fmt::format("<circle class=\"d{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\"/>\n", number,
                          scale.x_of(last), scale.y(*series.values[last]));
    } else if (length > 1) {
      area += fmt::format("V{:.1f}H{:.1f}Z", kBottom, scale.x_of(last + 1 - length));
    }
    length = 0;
  };
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (!series.values[i]) {
      if (i > 0) end_stretch(i - 1);
      continue;
    }
    const std::string point = fmt::format("{}{:.1f} {:.1f}", length == 0 ? "M" : "L", scale.x_of(i),
                                          scale.y(*series.values[i]));
    path += point;
    area += point;
    ++length;
  }
  if (!series.values.empty()) end_stretch(series.values.size() - 1);
  // Only the first line stands on a ground: two would hide each other.
  std::string out;
  if (number == 0) out += fmt::format("<path class=\"a0\" d=\"{}\"/>\n", area);
  return out + fmt::format("<path class=\"l{}\" d=\"{}\"/>\n{}", number, path, dots);
}

std::string markers_of(const Evidence& evidence, const Scale& scale) {
  std::string out;
  int number = 0;
  for (const EvidenceMarker& marker : evidence.markers) {
    out += fmt::format(
        "<g><title>{0}</title><line class=\"mark\" x1=\"{1:.1f}\" y1=\"{2:.1f}\" x2=\"{1:.1f}\" "
        "y2=\"{3:.1f}\"/><circle class=\"flag\" cx=\"{1:.1f}\" cy=\"{4:.1f}\" r=\"7\"/>"
        "<text class=\"flagno\" x=\"{1:.1f}\" y=\"{5:.1f}\">{6}</text></g>\n",
        for_xml(fmt::format("{}: {}", short_duration(marker.at), marker.text)), scale.x(marker.at),
        kTop - 4, kBottom, kTop - 11, kTop - 7.8, ++number);
  }
  return out;
}

}  // namespace

std::vector<Plot> plots_of(const Evidence& evidence) {
  std::vector<Plot> out;
  for (const EvidenceSeries& series : evidence.series) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const Plot& plot) {
      return plot.title == series.plot && plot.unit == series.unit;
    });
    if (same != out.end()) {
      same->lines.push_back(&series);
    } else {
      out.push_back({series.plot, series.unit, {&series}});
    }
  }
  return out;
}

std::string plot_svg(const Plot& plot, const Evidence& evidence) {
  const Scale scale(plot, evidence);
  std::string out =
      fmt::format("<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                  kWidth, kHeight, for_xml(plot.title + " over the run"));
  out += axes(scale);
  out += markers_of(evidence, scale);
  for (std::size_t i = 0; i < plot.lines.size(); ++i) out += line_of(*plot.lines[i], scale, i);
  return out + "</svg>\n";
}

double highest_of(const EvidenceSeries& series) {
  double out = 0;
  for (const std::optional<double>& value : series.values) out = std::max(out, value.value_or(0));
  return out;
}

std::string shown_unit(const Plot& plot) {
  const bool is_short = std::all_of(plot.lines.begin(), plot.lines.end(),
                                    [](const auto* line) { return highest_of(*line) < 1; });
  return plot.unit == "s" && is_short ? "ms" : plot.unit;
}

std::string shown_highest(const EvidenceSeries& series, const Plot& plot) {
  const double value = highest_of(series) * (shown_unit(plot) == "ms" ? 1000 : 1);
  return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

}  // namespace inferlab::labs
