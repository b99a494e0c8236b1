#pragma once

#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/grade/run_figures.h"

namespace inferlab::labs {

/// How each incident of the lab was dealt with in the graded run: how long after its beginning it
/// was acknowledged, diagnosed and ended, how many wrong diagnoses came before, and what it has
/// cost, by whatever the lab's checks of kind incident-response ask about it. Always the same
/// figures in the same order; nothing of causes or manifests. Errors: a condition that cannot be
/// judged.
Result<std::vector<RunFigure>> incident_figures(CheckContext& context);

}  // namespace inferlab::labs
