#pragma once

#include <string>
#include <vector>

#include "labs/report/report.h"

namespace inferlab::labs {

/// A figure of two runs, as people read it: "12.4 s", "-".
struct ComparedFigure {
  std::string title, yours, reference;
};

/// The series of both runs, one over the other: "yours, p95" and "reference, p95" of each. Of the
/// reference only what says nothing of its manifests: no series is there that names an object which
/// the other run does not name. Both must be of one lab.
Evidence overlaid(const Evidence& yours, const Evidence& reference);

/// A page with the figures and the plots of both runs.
std::string comparison_html(const std::string& lab_id, const std::string& lab_title,
                            const std::vector<ComparedFigure>& figures, const Evidence& overlaid,
                            const std::vector<std::string>& notes);

}  // namespace inferlab::labs
