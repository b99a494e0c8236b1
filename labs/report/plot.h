#pragma once

#include <string>
#include <vector>

#include "labs/report/report.h"

namespace inferlab::labs {

/// Lines that are drawn together. Borrows them.
struct Plot {
  std::string title, unit;
  std::vector<const EvidenceSeries*> lines;
};

/// The plots of a report's evidence, in the order of its series.
std::vector<Plot> plots_of(const Evidence& evidence);

/// An <svg> with axes, lines and the markers as numbered vertical lines. It wears the classes of
/// html_style.h; well-formed XML.
std::string plot_svg(const Plot& plot, const Evidence& evidence);

/// The highest value seen; 0 where nothing was.
double highest_of(const EvidenceSeries& series);
/// What the plot is in: "ms" where all seconds are below one.
std::string shown_unit(const Plot& plot);
/// highest_of() in that unit, short enough for a caption: "9.7".
std::string shown_highest(const EvidenceSeries& series, const Plot& plot);

}  // namespace inferlab::labs
