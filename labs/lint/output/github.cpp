// The findings as workflow commands of GitHub Actions.
#include <fmt/format.h>

#include "labs/lint/output/formats.h"
#include "labs/lint/output/source_lines.h"
#include "labs/report/github_command.h"

namespace inferlab::labs::lint {
namespace {

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
    place = github_file(finding.file);
    if (finding.place.line > 0) {
      place += fmt::format("line={},col={},", finding.place.line, sources.column_of(finding));
    }
  }
  std::string text = message_of(finding);
  if (!check.why.empty()) text += fmt::format("\nwhy: {}", check.why);
  if (!finding.mend.empty()) text += fmt::format("\nmend: {}", finding.mend);
  return fmt::format("::{} {}title={}::{}\n", command_for(check.severity), place,
                     github_property(check.id), github_data(text));
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
  return out + fmt::format("::notice title=inferlab lint::{}\n", github_data(text));
}

}  // namespace inferlab::labs::lint
