// The report for CI. Source: the JUnit XML schema that Jenkins' xUnit plugin publishes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"

namespace inferlab::labs {
namespace {

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, for_xml(value));
}

}  // namespace

std::string report_junit(const Report& report) {
  const auto failures = std::count_if(report.checks.begin(), report.checks.end(),
                                      [](const CheckResult& check) { return !check.passed; });
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"0\"",
                                         report.checks.size(), failures);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"inferlab\" {}>\n", counts);
  out += fmt::format("  <testsuite name=\"{}\" {} skipped=\"0\">\n    <properties>\n",
                     for_xml(report.lab_id), counts);
  out += property("submission", report.submission);
  out += property("seed", std::to_string(report.seed));
  out += property("points", fmt::format("{}/{}", report.earned, report.points));
  out += property("passed", report.passed ? "true" : "false");
  out += property("journalHash", report.journal_hash);
  out += property("runHash", report.run_hash);
  for (const std::string& note : report.notes) out += property("note", note);
  out += "    </properties>\n";
  for (const CheckResult& check : report.checks) {
    out += fmt::format("    <testcase name=\"{}\" classname=\"{}.{}\" time=\"0\"",
                       for_xml(check.id + ": " + check.title), for_xml(report.lab_id),
                       for_xml(check.kind));
    if (check.passed) {
      out += "/>\n";
      continue;
    }
    const std::string message =
        fmt::format("{} of {} points: {}", check.earned, check.points, check.seen);
    std::string body = fmt::format("seen: {}\nexpected: {}\npractises: {}", check.seen,
                                   check.expected, fmt::join(check.rows, ", "));
    if (!check.blocked_by.empty()) body += "\nblocked_by: " + check.blocked_by;
    out +=
        fmt::format(">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                    for_xml(message), for_xml(check.kind), for_xml(body));
  }
  out += "  </testsuite>\n</testsuites>\n";
  return out;
}

// The form is that of report_junit().
std::string error_junit(const std::string& lab_id, const std::string& submission,
                        const Error& error) {
  constexpr const char* kCounts = "tests=\"1\" failures=\"0\" errors=\"1\" time=\"0\"";
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"inferlab\" {}>\n", kCounts);
  out += fmt::format("  <testsuite name=\"{}\" {} skipped=\"0\">\n", for_xml(lab_id), kCounts);
  out += fmt::format(
      "    <properties>\n      <property name=\"submission\" value=\"{}\"/>\n"
      "      <property name=\"passed\" value=\"false\"/>\n    </properties>\n",
      for_xml(submission));
  out += fmt::format(
      "    <testcase name=\"submission: can be graded\" classname=\"{}.submission\" time=\"0\">\n",
      for_xml(lab_id));
  const std::string body =
      error.hint.empty() ? error.message : fmt::format("{}\nhint: {}", error.message, error.hint);
  out += fmt::format("      <error message=\"{}\" type=\"submission\">{}</error>\n",
                     for_xml(error.message), for_xml(body));
  out += "    </testcase>\n  </testsuite>\n</testsuites>\n";
  return out;
}

}  // namespace inferlab::labs
