#pragma once

#include <string>
#include <vector>

#include "labs/desk/desk_view.h"
#include "labs/progress/progress.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

// The rows of the window's lists.

/// `progress` may be nullptr: then nothing is told of what was tried.
std::vector<LabRow> lab_rows(const std::vector<LabSpec>& labs, Progress* progress);
/// Of a lab that was not checked yet.
std::vector<CheckRow> unchecked_rows(const LabSpec& lab);
std::vector<CheckRow> check_rows(const Report& report);
/// `taken`: ids of hints that were used; of the others the text is not told.
std::vector<HintRow> hint_rows(const LabSpec& lab, const std::vector<std::string>& taken);

}  // namespace inferlab::labs
