#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

struct GradeOptions {
  std::optional<std::uint64_t> seed;      // instead of the lab's
  std::string submission = "submission";  // what the report calls it
  std::vector<std::string> hints_used;    // ids of the lab's hints
  std::vector<std::string> notes;         // for the report; of settled_journal()
  /// Of a lab with incidents: how far its session has come. What is later is not run, and a check
  /// that it matters to waits (CheckResult::judged_by). nullopt, or another lab: all is judged.
  std::optional<Duration> present = {};
  /// Told what is being done, for people who wait: "run", then each check's id. May be empty.
  std::function<void(std::string_view what, int done, int of)> progress;
};

/// Grades by re-execution: a fresh cluster, the submission's journal, the lab's horizon; and again
/// with something changed wherever a check asks what would have happened. Equal lab, submission and
/// seed give an equal report. The journal must not be in disorder (read_journal() and
/// journal_from_files() see to that). Errors: a check that cannot be carried out.
Result<Report> grade(const LabSpec& lab, const Submission& submission,
                     const GradeOptions& options = {});

/// As grade(), of these checks only; the others count as not earned.
Result<Report> grade_checks(const LabSpec& lab, const Submission& submission,
                            const std::vector<std::string>& check_ids,
                            const GradeOptions& options = {});

}  // namespace inferlab::labs
