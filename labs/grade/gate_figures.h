#pragma once

#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/grade/run_figures.h"

namespace inferlab::labs {

/// How the evaluation that was handed in does as a gate, by the lab's checks of kind eval-corpus:
/// how many revisions that are as good it stops, and how many regressions of each category go
/// through. Nothing was seen where there is no evaluation, or it stops the released model itself.
Result<std::vector<RunFigure>> gate_figures(CheckContext& context);

}  // namespace inferlab::labs
