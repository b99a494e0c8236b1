#include "labs/grade/lab_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/grade/grade.h"
#include "labs/grade/submission.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

using Files = std::vector<SubmissionFile>;

std::vector<std::string> lost_checks(const Report& report) {
  std::vector<std::string> out;
  for (const CheckResult& check : report.checks) {
    if (!check.passed) out.push_back(check.id);
  }
  return out;
}

std::string lost_text(const std::vector<std::string>& lost) {
  return lost.empty() ? "loses nothing" : fmt::format("loses {}", fmt::join(lost, ", "));
}

class LabTester {
 public:
  explicit LabTester(const LabSpec& lab) : lab_(lab) {}
  LabTestResult result;

  Result<Report> judge(const Files& files, const std::string& answer) {
    auto submission = submission_from_files(files, lab_);
    if (!submission) return in_answer(submission.error(), answer);
    GradeOptions options;
    options.submission = answer;
    return grade(lab_, *submission, options);
  }

  Result<Files> files_of(const std::string& folder) {
    auto files = shipped_answer(lab_, folder);
    if (!files) return in_answer(files.error(), folder);
    return files;
  }

  LabTestRow& add(const Report& report, const std::string& answer, std::string expected) {
    result.rows.push_back({.answer = answer,
                           .title = {},
                           .expected = std::move(expected),
                           .seen = lost_text(lost_checks(report)),
                           .earned = report.earned,
                           .points = report.points,
                           .holds = false});
    return result.rows.back();
  }

  Result<void> make_edits(Files& files, const LabMutant& mutant) {
    for (const LabEdit& edit : mutant.edits) {
      const auto file = std::find_if(files.begin(), files.end(), [&](const SubmissionFile& each) {
        return each.name == edit.file;
      });
      const std::size_t at = file == files.end() ? std::string::npos : file->text.find(edit.from);
      if (at == std::string::npos || file->text.find(edit.from, at + 1) != std::string::npos) {
        return Error{ErrorKind::kInvalid,
                     fmt::format("{}/lab.yaml: mutant {}: \"{}\" must stand in {} once",
                                 lab_.folder, mutant.id, edit.from, edit.file)};
      }
      file->text.replace(at, edit.from.size(), edit.to);
    }
    return {};
  }

  Result<void> mutant(const LabMutant& mutant, const Files& solution) {
    const std::string answer = "mutant " + mutant.id;
    const std::string folder = "mutants/" + mutant.id;
    std::error_code failed;
    Files changes;
    if (fs::is_directory(fs::path(lab_.folder) / folder, failed)) {
      INFERLAB_TRY(changes, files_of(folder));
    }
    Files files = overlay(solution, changes, mutant.removes);
    INFERLAB_TRY_VOID(make_edits(files, mutant));
    INFERLAB_TRY(const Report report, judge(files, answer));
    std::vector<std::string> expected = mutant.loses, lost = lost_checks(report);
    LabTestRow& row = add(report, answer, lost_text(expected));
    row.title = mutant.title;
    std::sort(expected.begin(), expected.end());
    std::sort(lost.begin(), lost.end());
    row.holds = lost == expected;
    return {};
  }

 private:
  [[nodiscard]] Error in_answer(Error error, const std::string& answer) const {
    error.message = fmt::format("{}/{}: {}", lab_.folder, answer, error.message);
    return error;
  }

  const LabSpec& lab_;
};

}  // namespace

bool LabTestResult::holds() const {
  return std::all_of(rows.begin(), rows.end(), [](const LabTestRow& row) { return row.holds; });
}

Result<LabTestResult> test_lab(const LabSpec& lab,
                               const std::function<void(std::string_view)>& progress) {
  const auto tell = [&](const std::string& answer) {
    if (progress) progress(answer);
  };
  LabTester tester(lab);
  tester.result.lab = lab.id;
  tell("empty");
  INFERLAB_TRY(const Report empty, tester.judge({}, "empty"));
  tester.add(empty, "empty", "earns at most a tenth").holds = empty.earned * 10 <= empty.points;
  tell("starter");
  INFERLAB_TRY(const Files starter_files, tester.files_of("starter"));
  INFERLAB_TRY(const Report starter, tester.judge(starter_files, "starter"));
  tester.add(starter, "starter", "does not pass").holds = !starter.passed;
  tell("solution");
  INFERLAB_TRY(const Files solution, tester.files_of("solution"));
  INFERLAB_TRY(const Report solved, tester.judge(solution, "solution"));
  tester.add(solved, "solution", "loses nothing").holds = solved.earned == solved.points;
  for (const LabMutant& mutant : lab.mutants) {
    tell("mutant " + mutant.id);
    INFERLAB_TRY_VOID(tester.mutant(mutant, solution));
  }
  return std::move(tester.result);
}

}  // namespace inferlab::labs
