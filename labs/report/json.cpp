// The report for programs.
#include "sim/api/json.h"

#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/report/json_text.h"
#include "labs/report/report_card.h"

namespace inferlab::labs {
namespace {

using sim::Value;

Value card_json(const Report& report) {
  Value::Array out;
  for (const SubScore& score : report_card(report)) {
    out.push_back(Value::object({{"id", id_of(score.property)},
                                 {"title", title_of(score.property)},
                                 {"checks", score.checks},
                                 {"points", score.points},
                                 {"earned", score.earned}}));
  }
  return Value::array(std::move(out));
}

Value evidence_json(const Evidence& evidence) {
  Value::Array all, markers;
  for (const EvidenceSeries& series : evidence.series) {
    Value::Array values;
    for (const std::optional<double>& value : series.values) {
      values.push_back(value ? Value(*value) : Value());
    }
    all.push_back(Value::object({{"plot", json_text(series.plot)},
                                 {"name", json_text(series.name)},
                                 {"unit", series.unit},
                                 {"values", Value::array(std::move(values))}}));
  }
  for (const EvidenceMarker& marker : evidence.markers) {
    markers.push_back(
        Value::object({{"at", to_seconds(marker.at)}, {"text", json_text(marker.text)}}));
  }
  return Value::object({{"windowSeconds", to_seconds(evidence.window)},
                        {"series", Value::array(std::move(all))},
                        {"markers", Value::array(std::move(markers))}});
}

}  // namespace

std::string report_json(const Report& report) {
  Value::Array checks;
  for (const CheckResult& check : report.checks) {
    Value one = Value::object(
        {{"id", check.id},
         {"kind", check.kind},
         {"title", json_text(check.title)},
         {"rows", Value::strings(check.rows)},
         {"points", check.points},
         {"earned", check.earned},
         {"passed", check.passed},
         {"seen", json_text(check.seen)},
         {"expected", json_text(check.expected)},
         {"hint", check.hint.empty() ? Value() : Value(check.hint)},
         {"blocked_by", check.blocked_by.empty() ? Value() : Value(check.blocked_by)}});
    if (check.judged_by) {
      one = one.with("passed", Value()).with("judgedBy", format_duration(*check.judged_by));
    }
    checks.push_back(std::move(one));
  }
  Value::Array notes;
  for (const std::string& note : report.notes) notes.push_back(json_text(note));
  Value out = Value::object(
      {{"schema", "inferlab.report/v1"},
       {"lab", Value::object({{"id", report.lab_id}, {"title", json_text(report.lab_title)}})},
       {"submission", json_text(report.submission)},
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
       {"reportCard", card_json(report)},
       {"evidence", evidence_json(report.evidence)},
       {"nextLab", report.next_lab.empty() ? Value() : Value(report.next_lab)},
       {"score", report.score()}});
  if (!report.learner.empty()) out = out.with("learner", json_text(report.learner));
  if (report.present) {
    out = out.with("present", format_duration(*report.present))
              .with("pointsJudged", report.points_judged())
              .with("whole", report.whole());
  }
  return sim::to_json(out, 2) + "\n";
}

std::string error_json(const std::string& lab_id, const std::string& submission,
                       const Error& error) {
  const PlacedError at = placed(error);
  Value::Object fault = {{"text", json_text(at.text)}};
  if (!error.hint.empty()) fault.push_back({"hint", json_text(error.hint)});
  if (!at.file.empty()) {
    fault.push_back({"file", json_text(at.file)});
    fault.push_back({"line", at.line});
    fault.push_back({"column", at.column});
  }
  return sim::to_json(Value::object({{"schema", "inferlab.report/v1"},
                                     {"lab", Value::object({{"id", json_text(lab_id)}})},
                                     {"submission", json_text(submission)},
                                     {"checks", Value::array({})},
                                     {"errors", Value::array({Value::object(std::move(fault))})},
                                     {"passed", false}}),
                      2) +
         "\n";
}

}  // namespace inferlab::labs
