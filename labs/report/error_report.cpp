#include "labs/report/error_report.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "labs/report/escape.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

Value shown(std::string_view text) {
  return for_terminal(text, /*multiline=*/true);
}

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::string json_of(const std::string& lab_id, const std::string& submission, const Error& error) {
  const PlacedError at = placed(error);
  Value::Object fault = {{"text", shown(at.text)}};
  if (!error.hint.empty()) fault.push_back({"hint", shown(error.hint)});
  if (!at.file.empty()) {
    fault.push_back({"file", shown(at.file)});
    fault.push_back({"line", at.line});
    fault.push_back({"column", at.column});
  }
  return sim::to_json(Value::object({{"schema", "inferlab.report/v1"},
                                     {"lab", Value::object({{"id", shown(lab_id)}})},
                                     {"submission", shown(submission)},
                                     {"checks", Value::array({})},
                                     {"errors", Value::array({Value::object(std::move(fault))})},
                                     {"passed", false}}),
                      2) +
         "\n";
}

// The form is that of report_junit().
std::string junit_of(const std::string& lab_id, const std::string& submission, const Error& error) {
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

}  // namespace

PlacedError placed(const Error& error) {
  const std::string_view message = error.message;
  // From the left, so that colons of the text do no harm; a file's name may hold some itself.
  for (std::size_t file = message.find(':'); file != std::string_view::npos;
       file = message.find(':', file + 1)) {
    const std::size_t line = message.find(':', file + 1);
    if (line == std::string_view::npos) break;
    const std::size_t column = message.find(": ", line + 1);
    if (column == std::string_view::npos) break;
    const auto line_number = number(message.substr(file + 1, line - file - 1));
    const auto column_number = number(message.substr(line + 1, column - line - 1));
    if (!line_number || !column_number) continue;
    return {std::string(message.substr(0, file)), *line_number, *column_number,
            std::string(message.substr(column + 2))};
  }
  return {{}, 0, 0, error.message};
}

std::string error_report(const std::string& lab_id, const std::string& submission,
                         const Error& error, ReportFormat format) {
  switch (format) {
    case ReportFormat::kText:
      return {};
    case ReportFormat::kJson:
      return json_of(lab_id, submission, error);
    case ReportFormat::kJunit:
      return junit_of(lab_id, submission, error);
  }
  return {};
}

}  // namespace inferlab::labs
