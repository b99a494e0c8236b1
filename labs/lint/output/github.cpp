// The findings as workflow commands of GitHub Actions. Source: GitHub documentation, "Workflow
// commands for GitHub Actions"; what is escaped is what GitHub's own toolkit (@actions/core)
// escapes.
#include <fmt/format.h>

#include <filesystem>

#include "labs/lint/output/formats.h"
#include "labs/lint/output/source_lines.h"
#include "labs/report/escape.h"

namespace inferlab::labs::lint {
namespace {

std::string escaped(std::string_view text, bool in_property) {
  std::string out;
  for (const char c : for_terminal(text, /*multiline=*/true)) {
    const bool separates = in_property && (c == ',' || c == ':');
    if (c == '%' || c == '\r' || c == '\n' || separates) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string as_property(std::string_view text) {
  return escaped(text, /*in_property=*/true);
}

std::string as_data(std::string_view text) {
  return escaped(text, /*in_property=*/false);
}

std::string_view command_for(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "notice";
  }
  return "notice";
}

std::string annotation(const Finding& finding, const SourceLines& sources) {
  const Check& check = *finding.check;
  std::string place;
  if (finding.file != "-") {
    // GitHub looks for the file by its path from the repository's root, and "./a" is none.
    place = fmt::format(
        "file={},", as_property(std::filesystem::path(finding.file).lexically_normal().string()));
    if (finding.place.line > 0) {
      place += fmt::format("line={},col={},", finding.place.line, sources.column_of(finding));
    }
  }
  std::string text = message_of(finding);
  if (!check.why.empty()) text += fmt::format("\nwhy: {}", check.why);
  if (!finding.mend.empty()) text += fmt::format("\nmend: {}", finding.mend);
  return fmt::format("::{} {}title={}::{}\n", command_for(check.severity), place,
                     as_property(check.id), as_data(text));
}

}  // namespace

std::string lint_github(const LintResult& result, const std::vector<ManifestFile>& files) {
  const SourceLines sources(files);
  std::string out;
  for (const Finding& finding : result.findings) out += annotation(finding, sources);
  // A command too: in a plain line a stranger's text might begin one.
  if (result.findings.empty() && result.notes.empty()) return out;
  std::string text = lint_summary(result);
  for (const std::string& note : result.notes) text += "\n" + note;
  return out + fmt::format("::notice title=inferlab lint::{}\n", as_data(text));
}

}  // namespace inferlab::labs::lint
