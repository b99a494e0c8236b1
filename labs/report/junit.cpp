// The report for CI.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/report/junit_parts.h"

namespace inferlab::labs {
namespace {

std::string suite_name(const std::string& lab_id, const std::string& submission) {
  return submission.empty() ? lab_id : fmt::format("{}: {}", lab_id, submission);
}

JunitCase case_of(const Report& report, const CheckResult& check) {
  JunitCase out;
  out.name = check.id + ": " + check.title;
  out.class_name = report.lab_id + "." + check.kind;
  if (check.passed) return out;
  if (check.judged_by) {
    out.outcome = JunitCase::Outcome::kSkipped;
    out.message = not_yet(check);
    return out;
  }
  out.outcome = JunitCase::Outcome::kFailed;
  out.type = check.kind;
  out.message = fmt::format("{} of {} points: {}", check.earned, check.points, check.seen);
  out.body = fmt::format("seen: {}\nexpected: {}\npractises: {}", check.seen, check.expected,
                         fmt::join(check.rows, ", "));
  if (!check.blocked_by.empty()) out.body += "\nblocked_by: " + check.blocked_by;
  return out;
}

}  // namespace

std::string report_junit(const Report& report) {
  JunitSuite suite;
  suite.name = suite_name(report.lab_id, report.submission);
  suite.package = report.lab_id;
  suite.properties = {{"submission", report.submission},
                      {"seed", std::to_string(report.seed)},
                      {"points", fmt::format("{}/{}", report.earned, report.points)},
                      {"passed", report.passed ? "true" : "false"},
                      {"journalHash", report.journal_hash},
                      {"runHash", report.run_hash}};
  for (const std::string& note : report.notes) suite.properties.emplace_back("note", note);
  for (const CheckResult& check : report.checks) suite.cases.push_back(case_of(report, check));
  return junit_document({suite});
}

// The form is that of report_junit().
std::string error_junit(const std::string& lab_id, const std::string& submission,
                        const Error& error) {
  JunitCase failed;
  failed.name = "submission: can be graded";
  failed.class_name = lab_id + ".submission";
  failed.outcome = JunitCase::Outcome::kError;
  failed.type = "submission";
  failed.message = error.message;
  failed.body =
      error.hint.empty() ? error.message : fmt::format("{}\nhint: {}", error.message, error.hint);
  JunitSuite suite;
  suite.name = suite_name(lab_id, submission);
  suite.package = lab_id;
  suite.properties = {{"submission", submission}, {"passed", "false"}};
  suite.cases.push_back(std::move(failed));
  return junit_document({suite});
}

}  // namespace inferlab::labs
