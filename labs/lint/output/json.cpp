// The findings for programs.
#include "sim/api/json.h"

#include "labs/lint/output/formats.h"
#include "labs/report/json_text.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

Value finding_json(const Finding& finding) {
  const Check& check = *finding.check;
  return Value::object({{"check", check.id},
                        {"severity", to_string(check.severity)},
                        {"tier", to_string(check.tier)},
                        {"object", json_text(finding.object)},
                        {"namespace", json_text(finding.ns)},
                        {"file", json_text(finding.file)},
                        {"line", finding.place.line},
                        {"column", finding.place.column},
                        {"path", json_text(finding.path)},
                        {"message", json_text(finding.message)},
                        {"mend", json_text(finding.mend)},
                        {"why", check.why},
                        {"rows", Value::strings(rows_of(check))},
                        {"fixable", !finding.fixes.empty()}});
}

}  // namespace

std::string lint_json(const LintResult& result) {
  Value::Array findings;
  for (const Finding& finding : result.findings) findings.push_back(finding_json(finding));
  Value::Array notes;
  for (const std::string& note : result.notes) notes.push_back(json_text(note));
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
