// The report for programs.
#include "sim/api/json.h"

#include "labs/report/escape.h"
#include "labs/report/formats.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// JSON escapes control characters itself; what else is hidden, or is no UTF-8, is shown as in text.
Value shown(std::string_view text) {
  return for_terminal(text, /*multiline=*/true);
}

}  // namespace

std::string report_json(const Report& report) {
  Value::Array checks;
  for (const CheckResult& check : report.checks) {
    checks.push_back(Value::object(
        {{"id", check.id},
         {"kind", check.kind},
         {"title", check.title},
         {"rows", Value::strings(check.rows)},
         {"points", check.points},
         {"earned", check.earned},
         {"passed", check.passed},
         {"seen", shown(check.seen)},
         {"expected", shown(check.expected)},
         {"hint", check.hint.empty() ? Value() : Value(check.hint)},
         {"blocked_by", check.blocked_by.empty() ? Value() : Value(check.blocked_by)}}));
  }
  Value::Array notes;
  for (const std::string& note : report.notes) notes.push_back(shown(note));
  const Value out = Value::object(
      {{"schema", "inferlab.report/v1"},
       {"lab", Value::object({{"id", report.lab_id}, {"title", report.lab_title}})},
       {"submission", shown(report.submission)},
       // As text: JSON readers lose digits of large numbers.
       {"seed", std::to_string(report.seed)},
       {"horizon", report.horizon},
       {"applyAt", report.apply_at},
       {"journalHash", report.journal_hash},
       {"runHash", report.run_hash},
       {"checks", Value::array(std::move(checks))},
       {"errors", Value::array({})},
       {"points", report.points},
       {"earned", report.earned},
       {"passPoints", report.pass_points},
       {"passed", report.passed},
       {"hints",
        Value::object({{"used", Value::strings(report.hints_used)}, {"cost", report.hint_cost}})},
       {"notes", Value::array(std::move(notes))},
       {"score", report.score()}});
  return sim::to_json(out, 2) + "\n";
}

}  // namespace inferlab::labs
