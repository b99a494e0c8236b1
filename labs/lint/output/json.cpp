// The findings for programs.
#include "sim/api/json.h"

#include "labs/lint/output/formats.h"
#include "labs/report/escape.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// JSON escapes control characters itself; what else is hidden, or is no UTF-8, is shown as in text.
Value shown(std::string_view text) {
  return for_terminal(text, /*multiline=*/true);
}

Value finding_json(const Finding& finding) {
  const Check& check = *finding.check;
  return Value::object({{"check", check.id},
                        {"severity", to_string(check.severity)},
                        {"tier", to_string(check.tier)},
                        {"object", shown(finding.object)},
                        {"namespace", shown(finding.ns)},
                        {"file", shown(finding.file)},
                        {"line", finding.place.line},
                        {"column", finding.place.column},
                        {"path", shown(finding.path)},
                        {"message", shown(finding.message)},
                        {"mend", shown(finding.mend)},
                        {"why", check.why},
                        {"rows", Value::strings(rows_of(check))},
                        {"fixable", !finding.fixes.empty()}});
}

}  // namespace

std::string lint_json(const LintResult& result) {
  Value::Array findings;
  for (const Finding& finding : result.findings) findings.push_back(finding_json(finding));
  Value::Array notes;
  for (const std::string& note : result.notes) notes.push_back(shown(note));
  return sim::to_json(Value::object({{"schema", "inferlab.lint/v1"},
                                     {"verdict", to_string(result.verdict)},
                                     {"findings", Value::array(std::move(findings))},
                                     {"notes", Value::array(std::move(notes))},
                                     {"objects", static_cast<std::int64_t>(result.objects)},
                                     {"checks", static_cast<std::int64_t>(result.checks)}}),
                      2) +
         "\n";
}

}  // namespace inferlab::labs::lint
