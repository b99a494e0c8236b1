// The report for Gradescope: results.json. Source: Gradescope, "Autograder Specifications". Every
// text is of format "text", so that nothing in it counts as HTML or Markdown.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "labs/report/command_words.h"
#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/report/json_text.h"
#include "labs/report/report_card.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

std::string output_of(const Report& report, const CheckResult& check) {
  if (check.judged_by) return not_yet(check);
  std::string out = "seen: " + check.seen;
  if (check.passed || !check.blocked_by.empty()) return out;
  if (!check.expected.empty()) out += "\nexpected: " + check.expected;
  if (!check.hint.empty()) {
    out += "\nhint: " + hint_command(report.lab_id, check.hint, report.learner);
  }
  return out;
}

Value test(const Report& report, const CheckResult& check) {
  const Value out = Value::object({{"name", json_text(check.title)},
                                   {"name_format", "text"},
                                   {"score", check.earned},
                                   {"max_score", check.points},
                                   {"status", check.passed ? "passed" : "failed"},
                                   {"output", json_text(output_of(report, check))},
                                   {"output_format", "text"},
                                   {"tags", Value::strings(check.rows)},
                                   {"visibility", "visible"}});
  return check.judged_by ? out.without("status") : out;  // it may be left out: neither
}

std::string text_of(const Report& report) {
  std::string out = report_summary(report);
  for (const SubScore& score : report_card(report)) {
    if (score.points == 0) continue;
    out += fmt::format("\n{}: {}/{}", title_of(score.property), score.earned, score.points);
  }
  if (!report.hints_used.empty()) {
    out += fmt::format("\nHints used: {} (-{} points)", fmt::join(report.hints_used, ", "),
                       report.hint_cost);
  }
  for (const std::string& note : report.notes) out += "\nNote: " + note;
  return out;
}

std::string results(int score, std::string_view output, Value::Array tests, Value extra) {
  // The score of the whole counts, not the sum of the tests': hints are taken off it. How many
  // points there are is a setting of the assignment and no part of the format.
  return sim::to_json(Value::object({{"score", score},
                                     {"output", json_text(output)},
                                     {"output_format", "text"},
                                     {"visibility", "visible"},
                                     {"stdout_visibility", "hidden"},
                                     {"tests", Value::array(std::move(tests))},
                                     {"extra_data", std::move(extra)}}),
                      2) +
         "\n";
}

}  // namespace

std::string report_gradescope(const Report& report) {
  Value::Array tests;
  for (const CheckResult& check : report.checks) tests.push_back(test(report, check));
  return results(report.score(), text_of(report), std::move(tests),
                 Value::object({{"lab", json_text(report.lab_id)},
                                {"max_score", report.points},
                                {"passed", report.passed},
                                {"journalHash", report.journal_hash},
                                {"runHash", report.run_hash}}));
}

std::string error_gradescope(const std::string& lab_id, const Error& error) {
  std::string text = error.message;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  Value failed = Value::object({{"name", "The submission can be graded"},
                                {"name_format", "text"},
                                {"score", 0},
                                {"max_score", 0},
                                {"status", "failed"},
                                {"output", json_text(text)},
                                {"output_format", "text"},
                                {"visibility", "visible"}});
  return results(0, text, {std::move(failed)},
                 Value::object({{"lab", json_text(lab_id)}, {"passed", false}}));
}

}  // namespace inferlab::labs
