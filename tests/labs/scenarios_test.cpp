// Every lab that ships is in order: its files, its text, and its checks against its own answers.
#include <catch2/catch.hpp>

#include "labs/grade/grade.h"
#include "labs/grade/lab_test.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "labs/spec/load_lab.h"
#include "tests/labs/published_schemas.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

std::vector<LabSpec> shipped() {
  auto all = list_labs();
  if (!all) FAIL(all.error().message);
  REQUIRE_FALSE(all->empty());
  return *all;
}

Submission answer_of(const LabSpec& lab, const std::string& answer) {
  auto files = answer_files(lab, answer);
  if (!files) FAIL(files.error().message);
  auto submission = submission_from_files(*files, lab);
  if (!submission) FAIL(submission.error().message);
  return *submission;
}

Submission solution_of(const LabSpec& lab) {
  return answer_of(lab, "solution");
}

}  // namespace

TEST_CASE("labs: nothing is wrong with their files") {
  for (const LabSpec& lab : shipped()) {
    for (const Error& error : lint_lab(lab.folder)) FAIL_CHECK(error.message);
    CHECK(lab.checks.size() >= 5);
    CHECK(lab.mutants.size() >= 6);
    CHECK(lab.total_points() == 100);
  }
}

TEST_CASE("labs: starter, solution and wrong answers are judged as the lab says") {
  for (const LabSpec& lab : shipped()) {
    const auto result = test_lab(lab, {.seeds = 2, .learners = 3, .progress = {}});
    if (!result) FAIL(lab.id << ": " << result.error().message);
    for (const LabTestRow& row : result->rows) {
      INFO(lab.id << ", " << row.answer << ": " << row.seen << "; expected: " << row.expected);
      CHECK(row.holds);
    }
  }
}

TEST_CASE("labs: the report of one submission is the same to the last byte") {
  for (const LabSpec& lab : shipped()) {
    std::string first;
    for (int i = 0; i < 2; ++i) {
      const auto report = grade(lab, solution_of(lab));
      if (!report) FAIL(report.error().message);
      const std::string bytes =
          report_json(*report) + report_text(*report, Style(false)) + report_junit(*report);
      if (i == 0) first = bytes;
      CHECK(bytes == first);
    }
  }
}

TEST_CASE("labs: reports for other programs are what the published schemas describe") {
  PublishedSchemas reports;
  for (const LabSpec& lab : shipped()) {
    for (const char* answer : {"empty", "starter", "solution"}) {
      GradeOptions options;
      options.submission = answer;
      const auto report = grade(lab, answer_of(lab, answer), options);
      if (!report) FAIL(report.error().message);
      reports.add_junit(lab.id + answer, report_junit(*report));
      reports.add_sarif(lab.id + answer, report_sarif(*report, "0.1.0"));
    }
  }
  CHECK(reports.faults() == "");
}

TEST_CASE("labs: another seed is another run, with the same verdict on the solution") {
  for (const LabSpec& lab : shipped()) {
    const Submission solution = solution_of(lab);
    const auto base = grade_checks(lab, solution, {});
    GradeOptions options;
    options.seed = lab.seed + 1;
    const auto other = grade(lab, solution, options);
    REQUIRE(base.has_value());
    REQUIRE(other.has_value());
    CHECK(base->run_hash != other->run_hash);
    CHECK(other->passed);
  }
}
