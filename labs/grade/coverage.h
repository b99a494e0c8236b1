#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// Whether one row of what is to be taught is practised and graded.
struct CoverageRow {
  std::string id, title;
  bool covered = false;
  std::string lab, check;  // the first that grades it, and that the lab's own solution passes
  std::string why_not;     // what it waits for; empty: it is covered
};

/// All rows, in the order of assets/facts/rows.yaml. A check counts when the solution of its lab
/// passes it: each is graded. `progress` is told of each lab; may be empty.
Result<std::vector<CoverageRow>> coverage(
    const std::vector<LabSpec>& labs,
    const std::function<void(std::string_view lab, int done, int of)>& progress = {});

}  // namespace inferlab::labs
