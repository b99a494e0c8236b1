// The report for code scanning: each failed check is a result, the submission its place.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/hash.h"
#include "labs/report/command_words.h"
#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/sarif_parts.h"

namespace inferlab::labs {
namespace {

using sim::Value;

Value rule(const std::string& id, std::string_view title, const std::vector<std::string>& rows,
           std::string_view help) {
  return Value::object({{"id", id},
                        {"shortDescription", sarif_message(title)},
                        {"fullDescription", sarif_message(title)},
                        {"help", sarif_message(help)},
                        {"defaultConfiguration", Value::object({{"level", "error"}})},
                        {"properties", Value::object({{"tags", Value::strings(rows)}})}});
}

Value location(const std::string& file, int line, int column) {
  Value::Object physical = {
      {"artifactLocation",
       Value::object({{"uri", sarif_uri(file.empty() ? "submission" : file)}})}};
  if (line > 0) {
    physical.push_back(
        {"region", Value::object({{"startLine", line}, {"startColumn", std::max(column, 1)}})});
  }
  return Value::object({{"physicalLocation", Value::object(std::move(physical))}});
}

Value result(const std::string& rule_id, std::size_t index, std::string_view text, Value place) {
  RunHash hash;
  hash.add(rule_id);
  return Value::object(
      {{"ruleId", rule_id},
       {"ruleIndex", static_cast<std::int64_t>(index)},
       {"level", "error"},
       {"message", sarif_message(text)},
       {"locations", Value::array({std::move(place)})},
       {"partialFingerprints", Value::object({{"inferlabCheck/v1", hash.hex()}})}});
}

// Labs may have checks of the same id, and one log of code scanning holds them all.
std::string rule_id(const std::string& lab_id, std::string_view check_id) {
  return for_terminal(fmt::format("{}/{}", lab_id, check_id));
}

std::string text_of(const CheckResult& check) {
  std::string out = fmt::format("{}: {} of {} points\nseen: {}", check.title, check.earned,
                                check.points, check.seen);
  if (check.blocked_by.empty() && !check.expected.empty()) out += "\nexpected: " + check.expected;
  return out;
}

}  // namespace

std::string report_sarif(const Report& report, std::string_view version) {
  SarifRun run{.version = std::string(version), .rules = {}, .results = {}, .notes = {}};
  for (const CheckResult& check : report.checks) {
    if (check.passed || check.judged_by) continue;
    const std::string id = rule_id(report.lab_id, check.id);
    const std::string help =
        check.hint.empty()
            ? fmt::format("Read the lab's tasks: inferlab lab show {}{}", report.lab_id,
                          learner_words(report.learner))
            : "Ask for a hint: " + hint_command(report.lab_id, check.hint, report.learner);
    run.results.push_back(
        result(id, run.rules.size(), text_of(check), location(report.submission, 0, 0)));
    run.rules.push_back(rule(id, check.title, check.rows, help));
  }
  run.notes = {report_summary(report)};
  run.notes.insert(run.notes.end(), report.notes.begin(), report.notes.end());
  return sarif_log(std::move(run));
}

std::string error_sarif(const std::string& lab_id, const std::string& submission,
                        const Error& error, std::string_view version) {
  const PlacedError at = placed(error);
  const std::string id = rule_id(lab_id, "submission");
  std::string text = at.text;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  SarifRun run{.version = std::string(version), .rules = {}, .results = {}, .notes = {}};
  run.rules.push_back(rule(id, "The submission can be graded", {}, "Mend it and grade again."));
  run.results.push_back(
      result(id, 0, text, location(at.file.empty() ? submission : at.file, at.line, at.column)));
  return sarif_log(std::move(run));
}

}  // namespace inferlab::labs
