#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "labs/report/report.h"
#include "labs/report/style.h"
#include "labs/report/terminal_width.h"

namespace inferlab::labs {

enum class ReportFormat : std::uint8_t { kText, kJson, kJunit };

/// "text", "json", "junit".
std::optional<ReportFormat> report_format(std::string_view name);

/// For people: aligned, each failed check with what was seen and what was expected. Lines are
/// broken at spaces so that they have no more than `width` columns.
std::string report_text(const Report& report, const Style& style,
                        std::size_t width = kDefaultWidth);
/// For programs: an object with "schema": "inferlab.report/v1"; keys in alphabetical order.
std::string report_json(const Report& report);
/// For CI: JUnit XML as Jenkins and GitLab read it, one test case a check. Every time is 0: what
/// was graded ran in virtual time.
std::string report_junit(const Report& report);

std::string format_report(const Report& report, ReportFormat format, const Style& style,
                          std::size_t width = kDefaultWidth);

}  // namespace inferlab::labs
