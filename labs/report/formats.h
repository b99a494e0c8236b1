#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/report/report.h"
#include "labs/report/style.h"
#include "labs/report/terminal_width.h"

namespace inferlab::labs {

// Each turns a report into a whole file. What strangers wrote goes through labs/report/escape.h.

enum class ReportFormat : std::uint8_t {
  kText,
  kJson,
  kJunit,
  kSarif,
  kGithub,
  kGradescope,
  kBadge,
  kHtml
};

/// "text", "json", "junit", "sarif", "github", "gradescope", "badge", "html".
std::optional<ReportFormat> report_format(std::string_view name);
/// By a file's name: .txt text, .json json, .xml junit, .sarif and .sarif.json sarif, .svg badge,
/// .html html, and results.json gradescope. kInvalid for another.
Result<ReportFormat> report_format_of_file(std::string_view path);
/// All of them, in that order.
std::vector<std::string> report_format_names();

/// For people: aligned, each failed check with what was seen and what was expected. Lines are
/// broken at spaces so that they have no more than `width` columns.
std::string report_text(const Report& report, const Style& style,
                        std::size_t width = kDefaultWidth);
/// For programs: an object with "schema": "inferlab.report/v1"; keys in alphabetical order.
std::string report_json(const Report& report);
/// For CI: JUnit XML as Jenkins and GitLab read it, one test case a check. Every time is 0: what
/// was graded ran in virtual time.
std::string report_junit(const Report& report);
/// For code scanning: SARIF 2.1.0, one result a failed check. `version` is this program's, "0.1.0";
/// empty: not said.
std::string report_sarif(const Report& report, std::string_view version = {});
/// For GitHub Actions: a workflow command for each failed check, and one for the verdict.
std::string report_github(const Report& report);
/// For Gradescope: results.json, one test a check. Hints are taken off the score.
std::string report_gradescope(const Report& report);
/// For READMEs: an SVG image of 20 pixels' height, "inferlab | 87/100 pass".
std::string report_badge(const Report& report);
/// For people who get a file: one page of HTML that loads nothing, runs nothing, and prints well.
std::string report_html(const Report& report);

/// How a report is to look, whatever its format.
struct ReportLook {
  Style style{false};
  std::size_t width = kDefaultWidth;
  std::string version;
};

std::string format_report(const Report& report, ReportFormat format, const ReportLook& look);

/// "1 of 2 checks hold"
std::string checks_held(const Report& report);
/// "70 of 100 points, not passed (100 needed)"; of a report that is not whole "24 of 24 points so
/// far; 76 more to come, 84 needed to pass".
std::string verdict_of(const Report& report);
/// Of a check that was not judged: by when it is, and how it stands at present.
std::string not_yet(const CheckResult& check);
/// Verdict and checks in one line.
std::string report_summary(const Report& report);

}  // namespace inferlab::labs
