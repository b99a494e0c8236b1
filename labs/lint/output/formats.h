#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/lint.h"
#include "labs/report/style.h"
#include "labs/report/terminal_width.h"

namespace inferlab::labs::lint {

// Each turns what the linter found into a whole file. `files` are those that were linted: lines of
// them are shown, and columns counted. What strangers wrote goes through labs/report/escape.h.

enum class LintFormat : std::uint8_t { kText, kJson, kSarif, kJunit, kGithub };

/// "text", "json", "sarif", "junit", "github".
std::optional<LintFormat> lint_format(std::string_view name);

/// For people: each finding on a line of its own, "FILE:LINE:COLUMN: SEVERITY[CHECK] KIND/NAME:
/// MESSAGE", which is never broken, so that editors and grep find it whole; below it the line of
/// the file, and, once for each check and file, why it matters and what to do. The rest is broken
/// at spaces to `width` columns.
std::string lint_text(const LintResult& result, const std::vector<ManifestFile>& files,
                      const Style& style, std::size_t width = kDefaultWidth);

/// For programs: an object with "schema": "inferlab.lint/v1"; keys in alphabetical order.
std::string lint_json(const LintResult& result);

/// For code scanning: SARIF 2.1.0 with the rules that found something. `version` is this program's,
/// "0.1.0"; empty: not said.
std::string lint_sarif(const LintResult& result, const std::vector<ManifestFile>& files,
                       std::string_view version = {});

/// For CI: JUnit XML as Jenkins and GitLab read it. A suite is a file, a class an object, a test
/// case a check that found something there, or that nothing did.
std::string lint_junit(const LintResult& result);

/// For GitHub Actions: a workflow command for each finding, which GitHub shows beside the line.
std::string lint_github(const LintResult& result, const std::vector<ManifestFile>& files);

/// How a report is to look, whatever its format.
struct LintLook {
  Style style{false};
  std::size_t width = kDefaultWidth;
  std::string version;
};

std::string format_lint(const LintResult& result, const std::vector<ManifestFile>& files,
                        LintFormat format, const LintLook& look);

/// "3 errors, 2 warnings in 6 objects; 78 checks run": the last line of the text.
std::string lint_summary(const LintResult& result);

/// The finding is of a whole file, of which no object could be read: its object is "File/PATH".
bool is_about_file(const Finding& finding);

/// "Deployment/llama-8b: MESSAGE", or the message alone where it is about a file.
std::string message_of(const Finding& finding);

/// The rows of a check, one by one: {"RT-01", "TRP-04"}.
std::vector<std::string> rows_of(const Check& check);

}  // namespace inferlab::labs::lint
