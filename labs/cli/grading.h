#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labs/checks/check.h"
#include "labs/cli/args.h"
#include "labs/cli/command.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// What `grade` and `lab check` print.
struct GradeOutput {
  std::string format = "text";  // as report_format() knows it
  std::string file;             // empty: the standard output
};

/// --format and --output.
void declare_output(Args& args, GradeOutput& output);

/// Whether the report can be written where it shall go: asked before grading, which takes a while.
Result<void> check_output(const GradeOutput& output);

/// Grades with a progress line; kUnavailable when the engine of a check does not start.
Result<Report> grade_with_progress(Terminal& terminal, const LabSpec& lab,
                                   const Submission& handed_in, const std::string& submission,
                                   std::optional<std::uint64_t> seed,
                                   const std::vector<std::string>& hints_used,
                                   const std::vector<std::string>& notes = {});

/// Prints or writes, where a program will look for a report, that there is none and why (see
/// error_report()). Returns `error`, or what kept it from being written.
Error put_error(Terminal& terminal, const std::string& lab_id, const std::string& submission,
                const Error& error, const GradeOutput& output);

/// Prints or writes the report; the exit status of a graded submission.
Result<int> put_report(Terminal& terminal, const Report& report, const GradeOutput& output);

}  // namespace inferlab::labs
