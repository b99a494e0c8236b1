// A batch for CI: a suite is a submission, a test case a check.
#include <fmt/format.h>

#include <utility>

#include "labs/grade/batch/results.h"
#include "labs/report/junit_parts.h"

namespace inferlab::labs::batch {
namespace {

JunitCase case_of(const Table& table, const CheckColumn& check, int earned) {
  JunitCase out;
  out.name = check.id + ": " + check.title;
  out.class_name = table.lab_id + "." + check.id;
  if (earned == check.points) return out;
  out.outcome = JunitCase::Outcome::kFailed;
  out.type = check.id;
  out.message = fmt::format("{} of {} points", earned, check.points);
  out.body = out.message;
  return out;
}

JunitCase not_graded(const Table& table, const Row& row) {
  JunitCase out;
  out.name = "submission: can be graded";
  out.class_name = table.lab_id + ".submission";
  out.outcome = JunitCase::Outcome::kError;
  out.type = std::string(word_of(row.outcome));
  out.message = out.body = row.why;
  return out;
}

}  // namespace

std::string batch_junit(const Table& table) {
  std::vector<JunitSuite> suites;
  for (const Row& row : table.rows) {
    JunitSuite& suite = suites.emplace_back();
    suite.name = fmt::format("{}: {}", table.lab_id, row.name);
    suite.package = table.lab_id;
    suite.properties = {{"submission", row.name},
                        {"learner", row.learner},
                        {"points", fmt::format("{}/{}", row.earned, table.points)},
                        {"passed", row.passed ? "true" : "false"}};
    if (!row.graded()) suite.cases.push_back(not_graded(table, row));
    for (const CheckColumn& check : table.checks) {
      const auto earned = row.checks.find(check.id);
      if (earned != row.checks.end()) {
        suite.cases.push_back(case_of(table, check, earned->second));
      }
    }
  }
  return junit_document(suites);
}

}  // namespace inferlab::labs::batch
