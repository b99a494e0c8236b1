#include "labs/grade/coverage.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "labs/grade/grade.h"
#include "labs/grade/shipped.h"
#include "labs/spec/rows.h"

namespace inferlab::labs {

Result<std::vector<CoverageRow>> coverage(
    const std::vector<LabSpec>& labs,
    const std::function<void(std::string_view lab, int done, int of)>& progress) {
  INFERLAB_TRY(const std::vector<TaughtRow> rows, load_rows());
  std::map<std::string, std::pair<std::string, std::string>> graded, failed;
  int done = 0;
  for (const LabSpec& lab : labs) {
    if (progress) progress(lab.id, done++, static_cast<int>(labs.size()));
    INFERLAB_TRY(const std::vector<SubmissionFile> files, answer_files(lab, "solution"));
    INFERLAB_TRY(const Submission solution, submission_from_files(files, lab));
    INFERLAB_TRY(const Report report, grade(lab, solution));
    for (const CheckResult& check : report.checks) {
      for (const std::string& row : check.rows) {
        (check.passed ? graded : failed).try_emplace(row, lab.id, check.id);
      }
    }
  }
  std::vector<CoverageRow> out;
  for (const TaughtRow& row : rows) {
    CoverageRow each{.id = row.id, .title = row.title, .lab = {}, .check = {}, .why_not = {}};
    if (const auto by = graded.find(row.id); by != graded.end()) {
      each.covered = true;
      each.lab = by->second.first;
      each.check = by->second.second;
    } else if (const auto not_by = failed.find(row.id); not_by != failed.end()) {
      each.why_not = fmt::format("the solution of {} does not pass {}", not_by->second.first,
                                 not_by->second.second);
    } else {
      each.why_not = row.waits_for.empty() ? "no lab grades it yet" : "waits for: " + row.waits_for;
    }
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace inferlab::labs
