#include "labs/lint/output/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inferlab::labs::lint {
namespace {

constexpr std::pair<std::string_view, LintFormat> kFormats[] = {
    {"text", LintFormat::kText},   {"json", LintFormat::kJson},     {"sarif", LintFormat::kSarif},
    {"junit", LintFormat::kJunit}, {"github", LintFormat::kGithub},
};

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string counts_of(const std::vector<Finding>& findings) {
  std::string out;
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    const auto number = std::count_if(
        findings.begin(), findings.end(),
        [severity](const Finding& finding) { return finding.check->severity == severity; });
    if (number == 0) continue;
    if (!out.empty()) out += ", ";
    out += counted(static_cast<std::size_t>(number), to_string(severity));
  }
  return out.empty() ? "nothing found" : out;
}

}  // namespace

std::optional<LintFormat> lint_format(std::string_view name) {
  for (const auto& [word, format] : kFormats) {
    if (word == name) return format;
  }
  return std::nullopt;
}

std::string lint_summary(const LintResult& result) {
  const std::string found = counts_of(result.findings) + " in " + counted(result.objects, "object");
  if (result.verdict == Verdict::kReject) {
    return "rejected: " + found + "; the API server refuses them, nothing else was looked at";
  }
  return fmt::format("{}; {} run", found, counted(result.checks, "check"));
}

bool is_about_file(const Finding& finding) {
  return finding.object.empty() || finding.object == "File/" + finding.file;
}

std::string message_of(const Finding& finding) {
  return is_about_file(finding) ? finding.message
                                : fmt::format("{}: {}", finding.object, finding.message);
}

std::vector<std::string> rows_of(const Check& check) {
  std::vector<std::string> out;
  std::string_view rest = check.rows;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::string format_lint(const LintResult& result, const std::vector<ManifestFile>& files,
                        LintFormat format, const LintLook& look) {
  switch (format) {
    case LintFormat::kText:
      return lint_text(result, files, look.style, look.width);
    case LintFormat::kJson:
      return lint_json(result);
    case LintFormat::kSarif:
      return lint_sarif(result, files, look.version);
    case LintFormat::kJunit:
      return lint_junit(result);
    case LintFormat::kGithub:
      return lint_github(result, files);
  }
  return {};
}

}  // namespace inferlab::labs::lint
