#pragma once

#include <imgui.h>

#include <vector>

#include "labs/session/snapshot.h"

namespace inferlab::ui {

/// How a value is written on an axis and under the pointer.
enum class Unit : std::uint8_t { kSeconds, kCount, kPerSecond };

/// A line plot over virtual time with axes, a legend and a reading under the pointer. `window` is
/// how many of the last seconds are shown. Lines without points are named in the legend all the
/// same; a plot without any says `empty`.
void draw_plot(const char* title, const std::vector<labs::PlotLine>& lines, Unit unit, double now,
               double window, ImVec2 size, const char* empty);

}  // namespace inferlab::ui
