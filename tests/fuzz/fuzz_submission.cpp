// What a learner hands in: it is refused with its place, or it is graded, the same each time.
// Parts: a manifest, answers.txt, a file of repo/.
#include <string>

#include "engine/base/check.h"
#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/report/formats.h"
#include "labs/spec/load_lab.h"
#include "tests/fuzz/targets.h"
#include "tests/labs/small_lab.h"

namespace inferlab::fuzz {
namespace {

// A short run: what an object can break, it breaks soon.
const labs::LabSpec& small_lab() {
  static const labs::LabSpec lab = [] {
    auto read = labs::parse_lab(kSmallLab, "lab.yaml");
    INFERLAB_CHECK(read.has_value());
    read->apply_at = 1s;
    read->horizon = 1min;
    return *read;
  }();
  return lab;
}

}  // namespace

void fuzz_submission(std::string_view bytes) {
  std::vector<labs::SubmissionFile> files = {{"a.yaml", std::string(next_part(bytes))}};
  const std::string_view answers = next_part(bytes);
  if (!answers.empty()) files.push_back({"answers.txt", std::string(answers)});
  if (!bytes.empty()) files.push_back({"repo/b.yaml", std::string(bytes)});
  const auto submission = labs::submission_from_files(files, small_lab());
  if (!submission) {
    const Error& error = submission.error();
    INFERLAB_CHECK(error.kind == ErrorKind::kInvalid);
    INFERLAB_CHECK(error.message.starts_with("a.yaml:") ||
                   error.message.starts_with("answers.txt:") ||
                   error.message.starts_with("repo/b.yaml:"));
    return;
  }
  const auto report = labs::grade(small_lab(), *submission);
  INFERLAB_CHECK(report.has_value() && report->earned >= 0 && report->earned <= report->points);
  const auto again = labs::grade(small_lab(), *submission);
  INFERLAB_CHECK(again.has_value() && labs::report_json(*again) == labs::report_json(*report));
}

}  // namespace inferlab::fuzz
