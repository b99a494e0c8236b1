#include "labs/report/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace inferlab::labs {
namespace {

constexpr std::pair<std::string_view, ReportFormat> kFormats[] = {
    {"text", ReportFormat::kText},     {"json", ReportFormat::kJson},
    {"junit", ReportFormat::kJunit},   {"sarif", ReportFormat::kSarif},
    {"github", ReportFormat::kGithub}, {"gradescope", ReportFormat::kGradescope},
    {"badge", ReportFormat::kBadge},   {"html", ReportFormat::kHtml},
};

// The first that fits counts.
constexpr std::pair<std::string_view, ReportFormat> kEndings[] = {
    {".sarif.json", ReportFormat::kSarif}, {"results.json", ReportFormat::kGradescope},
    {".txt", ReportFormat::kText},         {".json", ReportFormat::kJson},
    {".xml", ReportFormat::kJunit},        {".sarif", ReportFormat::kSarif},
    {".svg", ReportFormat::kBadge},        {".html", ReportFormat::kHtml},
};

}  // namespace

std::optional<ReportFormat> report_format(std::string_view name) {
  for (const auto& [word, format] : kFormats) {
    if (word == name) return format;
  }
  return std::nullopt;
}

Result<ReportFormat> report_format_of_file(std::string_view path) {
  const std::string name = std::filesystem::path(path).filename().string();
  for (const auto& [ending, format] : kEndings) {
    if (ending == name || (ending.front() == '.' && name.ends_with(ending))) return format;
  }
  return Error{
      ErrorKind::kInvalid, fmt::format("{}: its ending names no format", path),
      "one of .txt, .json, .xml (JUnit), .sarif, .svg, .html; results.json for Gradescope"};
}

std::vector<std::string> report_format_names() {
  std::vector<std::string> out;
  for (const auto& [word, format] : kFormats) out.emplace_back(word);
  return out;
}

std::string format_report(const Report& report, ReportFormat format, const ReportLook& look) {
  switch (format) {
    case ReportFormat::kText:
      return report_text(report, look.style, look.width);
    case ReportFormat::kJson:
      return report_json(report);
    case ReportFormat::kJunit:
      return report_junit(report);
    case ReportFormat::kSarif:
      return report_sarif(report, look.version);
    case ReportFormat::kGithub:
      return report_github(report);
    case ReportFormat::kGradescope:
      return report_gradescope(report);
    case ReportFormat::kBadge:
      return report_badge(report);
    case ReportFormat::kHtml:
      return report_html(report);
  }
  return {};
}

bool Report::whole() const {
  return std::none_of(checks.begin(), checks.end(),
                      [](const CheckResult& check) { return check.judged_by; });
}

int Report::points_judged() const {
  int out = points;
  for (const CheckResult& check : checks) out -= check.judged_by ? check.points : 0;
  return out;
}

std::string not_yet(const CheckResult& check) {
  const std::string when = fmt::format("not yet: judged later in the session, at {} at the latest",
                                       format_duration(check.judged_by.value_or(Duration{})));
  return check.seen.empty() ? when : fmt::format("{}; {}", when, check.seen);
}

std::string checks_held(const Report& report) {
  const auto held = std::count_if(report.checks.begin(), report.checks.end(),
                                  [](const CheckResult& check) { return check.passed; });
  const auto later = std::count_if(report.checks.begin(), report.checks.end(),
                                   [](const CheckResult& check) { return check.judged_by; });
  if (later == 0) return fmt::format("{} of {} checks hold", held, report.checks.size());
  const std::size_t judged = report.checks.size() - static_cast<std::size_t>(later);
  return fmt::format("{} of the {} checks that were judged hold, {} are not judged yet", held,
                     judged, later);
}

std::string verdict_of(const Report& report) {
  if (!report.whole()) {
    const int judged = report.points_judged();
    return fmt::format("{} of {} points so far; {} more to come, {} needed to pass", report.earned,
                       judged, report.points - judged, report.pass_points);
  }
  const std::string points = fmt::format("{} of {} points", report.earned, report.points);
  return report.passed ? points + ", passed"
                       : fmt::format("{}, not passed ({} needed)", points, report.pass_points);
}

std::string report_summary(const Report& report) {
  return checks_held(report) + ": " + verdict_of(report);
}

}  // namespace inferlab::labs
