#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// One answer that the lab ships, and whether the checks judge it as the lab says.
struct LabTestRow {
  std::string answer;    // "empty", "starter", "solution", "mutant ID"
  std::string title;     // of a mutant
  std::string expected;  // "loses a, b", "all points" …
  std::string seen;
  int earned = 0, points = 0;
  bool holds = false;
};

struct LabTestResult {
  std::string lab;
  std::vector<LabTestRow> rows;
  [[nodiscard]] bool holds() const;
};

/// The test of a lab's checks: an empty submission earns at most a tenth, the starter does not
/// pass, the solution earns every point, and each mutant loses the checks it names and no others.
/// Errors: a file of the lab that cannot be read or that its own cluster refuses.
Result<LabTestResult> test_lab(const LabSpec& lab,
                               const std::function<void(std::string_view answer)>& progress = {});

}  // namespace inferlab::labs
