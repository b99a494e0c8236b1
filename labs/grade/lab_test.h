#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

struct LabTestOptions {
  int seeds = 1;     // the solution must hold on so many, from the lab's own upwards
  int learners = 0;  // variants of so many learners: learner-1, learner-2 …
  /// Told what is being tested, for people who wait. May be empty.
  std::function<void(std::string_view answer, int done, int of)> progress;
};

/// One thing that the lab promises, and whether it keeps it.
struct LabTestRow {
  std::string answer;    // "empty", "starter", "solution", "mutant ID", "drill N", "hints" …
  std::string title;     // of a mutant or drill
  std::string expected;  // "loses a, b", "all points" …
  std::string seen;
  int earned = 0, points = 0;  // of an answer; 0 of 0: it is none
  bool holds = false;
  /// When it does not hold: what was seen by the checks that should have judged otherwise.
  struct Reason {
    std::string check, seen;
  };
  std::vector<Reason> reasons = {};
};

struct LabTestResult {
  std::string lab;
  std::vector<LabTestRow> rows;
  [[nodiscard]] bool holds() const;
};

/// The test of a lab: an empty submission earns at most a tenth, the starter does not pass, the
/// solution earns every point on every seed, each mutant loses the checks it names and no others,
/// every hint is named for some answer, every check is lost by some mutant, the signals of drills
/// move. Of learners: each one's solution solves his own variant, at least 95 in 100 have an answer
/// of their own, and at most 5 in 100 pass with their neighbour's.
/// Errors: a file of the lab that cannot be read or that its own cluster refuses.
Result<LabTestResult> test_lab(const LabSpec& lab, const LabTestOptions& options = {});

}  // namespace inferlab::labs
