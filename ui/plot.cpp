#include "ui/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "ui/theme.h"

namespace inferlab::ui {
namespace {

std::string with_unit(double value, Unit unit) {
  switch (unit) {
    case Unit::kSeconds:
      return value < 1 ? fmt::format("{:.0f} ms", value * 1000) : fmt::format("{:.2f} s", value);
    case Unit::kPerSecond:
      return fmt::format("{:.2f}/s", value);
    case Unit::kCount:
      break;
  }
  return fmt::format("{:g}", std::round(value * 100) / 100);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::max(0.0, seconds));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

// The smallest of 1, 2, 5 times a power of ten that is not below `value`.
double nice_ceiling(double value) {
  if (value <= 0) return 1;
  const double magnitude = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * magnitude) return step * magnitude;
  }
  return 10 * magnitude;
}

struct Frame {
  ImVec2 min, max;
  double from, to, top;
  [[nodiscard]] ImVec2 at(double seconds, double value) const {
    const auto x = static_cast<float>((seconds - from) / (to - from));
    const auto y = static_cast<float>(std::min(value, top) / top);
    return {min.x + x * (max.x - min.x), max.y - y * (max.y - min.y)};
  }
};

void draw_grid(ImDrawList& draw, const Frame& frame, Unit unit) {
  const Palette& colors = palette();
  for (int i = 0; i <= 2; ++i) {
    const double value = frame.top * i / 2;
    const float y = frame.at(frame.from, value).y;
    draw.AddLine({frame.min.x, y}, {frame.max.x, y}, with_alpha(colors.line, 0.7F));
    const std::string text = with_unit(value, unit);
    const ImVec2 size = ImGui::CalcTextSize(text.c_str());
    draw.AddText({frame.min.x - size.x - 6, y - size.y / 2}, colors.dim, text.c_str());
  }
  const std::string left = clock_text(frame.from);
  const std::string right = clock_text(frame.to);
  draw.AddText({frame.min.x, frame.max.y + 3}, colors.dim, left.c_str());
  draw.AddText({frame.max.x - ImGui::CalcTextSize(right.c_str()).x, frame.max.y + 3}, colors.dim,
               right.c_str());
}

void draw_line(ImDrawList& draw, const Frame& frame, const labs::PlotLine& line, ImU32 color) {
  std::vector<ImVec2> points;
  for (std::size_t i = 0; i < line.seconds.size(); ++i) {
    if (line.seconds[i] >= frame.from) points.push_back(frame.at(line.seconds[i], line.values[i]));
  }
  if (points.size() == 1) draw.AddCircleFilled(points[0], 2.5F, color);
  draw.AddPolyline(points.data(), static_cast<int>(points.size()), color, 0, 2);
}

void draw_reading(const Frame& frame, const std::vector<labs::PlotLine>& lines, Unit unit) {
  const float x = ImGui::GetIO().MousePos.x;
  const double seconds =
      frame.from + (frame.to - frame.from) *
                       static_cast<double>((x - frame.min.x) / (frame.max.x - frame.min.x));
  ImGui::GetWindowDrawList()->AddLine({x, frame.min.y}, {x, frame.max.y}, palette().dim);
  std::string text = clock_text(seconds);
  for (const labs::PlotLine& line : lines) {
    const auto after = std::upper_bound(line.seconds.begin(), line.seconds.end(), seconds);
    if (after == line.seconds.begin()) continue;
    const auto index = static_cast<std::size_t>(after - line.seconds.begin()) - 1;
    text += fmt::format("\n{}: {}", line.name, with_unit(line.values[index], unit));
  }
  ImGui::SetTooltip("%s", text.c_str());
}

}  // namespace

void draw_plot(const char* title, const std::vector<labs::PlotLine>& lines, Unit unit, double now,
               double window, ImVec2 size, const char* empty) {
  ImGui::BeginChild(title, size, true, ImGuiWindowFlags_NoScrollbar);
  heading(title);
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const ImVec2 space = ImGui::GetContentRegionAvail();
  const float line_height = ImGui::GetTextLineHeight();
  const double from = std::max(0.0, now - window);
  Frame frame{{origin.x + 62, origin.y + 6},
              {origin.x + space.x - 4, origin.y + space.y - 2 * line_height - 10},
              from,
              std::max(now, from + 1),
              1};
  double highest = 0;
  bool any = false;
  for (const labs::PlotLine& line : lines) {
    for (std::size_t i = 0; i < line.values.size(); ++i) {
      if (line.seconds[i] < from) continue;
      any = true;
      highest = std::max(highest, line.values[i]);
    }
  }
  frame.top = nice_ceiling(highest);
  if (frame.max.y - frame.min.y > line_height) {
    draw_grid(draw, frame, unit);
    ImGui::PushClipRect(frame.min, {frame.max.x, frame.max.y + 2}, true);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      draw_line(draw, frame, lines[i], series_color(static_cast<int>(i)));
    }
    ImGui::PopClipRect();
    if (!any) {
      const ImVec2 text = ImGui::CalcTextSize(empty);
      draw.AddText(
          {(frame.min.x + frame.max.x - text.x) / 2, (frame.min.y + frame.max.y - text.y) / 2},
          palette().dim, empty);
    } else if (ImGui::IsMouseHoveringRect(frame.min, frame.max)) {
      draw_reading(frame, lines, unit);
    }
  }
  float x = frame.min.x;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const float y = origin.y + space.y - line_height;
    const ImVec2 text = ImGui::CalcTextSize(lines[i].name.c_str());
    if (x + text.x + 22 > frame.max.x) break;
    draw.AddRectFilled({x, y + line_height * 0.4F}, {x + 14, y + line_height * 0.4F + 3},
                       series_color(static_cast<int>(i)));
    draw.AddText({x + 19, y}, palette().dim, lines[i].name.c_str());
    x += text.x + 34;
  }
  ImGui::EndChild();
}

}  // namespace inferlab::ui
