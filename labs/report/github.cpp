// The report as workflow commands of GitHub Actions: an error for each failed check, and the
// verdict. Which file a check is about nobody knows, so that they stand at the run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "labs/report/command_words.h"
#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/report/github_command.h"
#include "labs/report/report_card.h"

namespace inferlab::labs {
namespace {

std::string text_of(const Report& report, const CheckResult& check) {
  std::string out = fmt::format("{} of {} points: {}", check.earned, check.points, check.seen);
  if (!check.blocked_by.empty()) return out;  // the check that it names says the rest
  if (!check.expected.empty()) out += "\nexpected: " + check.expected;
  out += fmt::format("\npractises: {}", fmt::join(check.rows, ", "));
  if (!check.hint.empty()) {
    out += "\nhint: " + hint_command(report.lab_id, check.hint, report.learner);
  }
  return out;
}

}  // namespace

std::string report_github(const Report& report) {
  std::string out;
  for (const CheckResult& check : report.checks) {
    if (check.passed || check.judged_by) continue;
    out += fmt::format("::error title={}::{}\n",
                       github_property(fmt::format("{}: {}", report.lab_id, check.title)),
                       github_data(text_of(report, check)));
  }
  std::string text = report_summary(report);
  for (const SubScore& score : report_card(report)) {
    if (score.points == 0) continue;
    text += fmt::format("\n{}: {}/{}", title_of(score.property), score.earned, score.points);
  }
  for (const std::string& note : report.notes) text += "\nnote: " + note;
  return out + fmt::format("::{} title={}::{}\n",
                           report.passed || !report.whole() ? "notice" : "error",
                           github_property("inferlab: " + report.lab_title), github_data(text));
}

std::string error_github(const std::string& lab_id, const Error& error) {
  const PlacedError at = placed(error);
  std::string place;
  if (!at.file.empty()) {
    place = fmt::format("{}line={},col={},", github_file(at.file), at.line, at.column);
  }
  std::string text = at.text;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  return fmt::format("::error {}title={}::{}\n", place,
                     github_property(lab_id + ": the submission cannot be graded"),
                     github_data(text));
}

}  // namespace inferlab::labs
