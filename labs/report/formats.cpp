#include "labs/report/formats.h"

namespace inferlab::labs {

std::optional<ReportFormat> report_format(std::string_view name) {
  if (name == "text") return ReportFormat::kText;
  if (name == "json") return ReportFormat::kJson;
  if (name == "junit") return ReportFormat::kJunit;
  return std::nullopt;
}

std::string format_report(const Report& report, ReportFormat format, const Style& style,
                          std::size_t width) {
  switch (format) {
    case ReportFormat::kText:
      return report_text(report, style, width);
    case ReportFormat::kJson:
      return report_json(report);
    case ReportFormat::kJunit:
      return report_junit(report);
  }
  return {};
}

}  // namespace inferlab::labs
