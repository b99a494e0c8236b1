#include "labs/report/error_report.h"

#include <charconv>
#include <optional>

namespace inferlab::labs {
namespace {

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
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
                         const Error& error, ReportFormat format, const ReportLook& look) {
  switch (format) {
    case ReportFormat::kText:
      return {};
    case ReportFormat::kJson:
      return error_json(lab_id, submission, error);
    case ReportFormat::kJunit:
      return error_junit(lab_id, submission, error);
    case ReportFormat::kSarif:
      return error_sarif(lab_id, submission, error, look.version);
    case ReportFormat::kGithub:
      return error_github(lab_id, error);
    case ReportFormat::kGradescope:
      return error_gradescope(lab_id, error);
    case ReportFormat::kBadge:
      return error_badge(lab_id);
    case ReportFormat::kHtml:
      return error_html(lab_id, submission, error);
  }
  return {};
}

}  // namespace inferlab::labs
