#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/progress/progress.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

struct AttemptOptions {
  std::string submission = "session";  // what the report calls it
  std::vector<std::string> notes;      // of submission_of_learner()
  bool counts = true;                  // false: nothing is noted of it
  /// See GradeOptions: of a session its clock, of a folder nullopt.
  std::optional<Duration> present = {};
  /// See GradeOptions. May be empty.
  std::function<void(std::string_view what, int done, int of)> progress;
};

/// Grades what a learner has done, on the command line and in the window alike: grade(), with the
/// hints that were used so far. An attempt that counts is noted, and its report names the lab that
/// comes next. What is no grade yet (Report::whole()) is no attempt. Errors are those of grade()
/// and Progress.
Result<Report> grade_attempt(const LabSpec& lab, const Submission& submission, Progress& progress,
                             const AttemptOptions& options);

}  // namespace inferlab::labs
