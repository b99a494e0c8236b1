#include "labs/progress/attempt.h"

#include <algorithm>

#include "labs/grade/grade.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

// The first lab behind this one, and then from the start, that was not passed yet. A grade is worth
// having without it.
std::string next_lab(const std::string& lab_id, Progress& progress) {
  auto labs = list_labs();
  if (!labs) return {};
  const auto here = std::find_if(labs->begin(), labs->end(),
                                 [&](const LabSpec& lab) { return lab.id == lab_id; });
  std::rotate(labs->begin(), here, labs->end());
  for (const LabSpec& lab : *labs) {
    if (lab.id == lab_id) continue;
    const auto done = progress.lab(lab.id);
    if (done && !done->passed) return lab.id;
  }
  return {};
}

}  // namespace

Result<Report> grade_attempt(const LabSpec& lab, const Submission& submission, Progress& progress,
                             const AttemptOptions& options) {
  GradeOptions how;
  how.submission = options.submission;
  how.notes = options.notes;
  how.progress = options.progress;
  how.present = options.present;
  INFERLAB_TRY(how.hints_used, progress.hints_used(lab.id));
  INFERLAB_TRY(Report report, grade(lab, submission, how));
  if (!options.counts || !report.whole()) return report;
  INFERLAB_TRY_VOID(progress.record_attempt(report));
  report.next_lab = next_lab(lab.id, progress);
  return report;
}

}  // namespace inferlab::labs
