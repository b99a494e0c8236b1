// The findings for people.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "labs/lint/checks/checks.h"
#include "labs/lint/output/formats.h"
#include "labs/lint/output/source_lines.h"
#include "labs/report/escape.h"
#include "labs/report/wrap.h"

namespace inferlab::labs::lint {
namespace {

constexpr std::size_t kIndent = 8;  // of what stands behind "  why:  "

std::string painted(Severity severity, std::string_view text, const Style& style) {
  switch (severity) {
    case Severity::kError:
      return style.bad(text);
    case Severity::kWarning:
      return style.bold(text);
    case Severity::kNote:
      return std::string(text);
  }
  return std::string(text);
}

std::string place_of(const Finding& finding) {
  std::string file = for_terminal(finding.file);
  if (finding.place.line < 1) return file;
  return fmt::format("{}:{}:{}", file, finding.place.line, finding.place.column);
}

// The last `width` characters of `text`.
std::string_view tail(std::string_view text, std::size_t width) {
  while (display_width(text) > width) {
    do {
      text.remove_prefix(1);
    } while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80U);
  }
  return text;
}

// How many bytes from `at` belong to the key, or the value, that begins there.
std::size_t marked_bytes(std::string_view line, std::size_t at) {
  std::string_view rest = line.substr(at);
  rest = rest.substr(0, std::min({rest.find(": "), rest.find(", "), rest.find(" #"), rest.size()}));
  const auto ends_flow = [&rest] {
    return (rest.ends_with(']') && rest.find('[') == std::string_view::npos) ||
           (rest.ends_with('}') && rest.find('{') == std::string_view::npos);
  };
  while (rest.size() > 1 && (rest.ends_with(' ') || rest.ends_with(':') || ends_flow())) {
    rest.remove_suffix(1);
  }
  return rest.size();
}

void add_excerpt(std::string& out, const Finding& finding, std::string_view line,
                 const Style& style, std::size_t width) {
  const auto column = static_cast<std::size_t>(std::max(finding.place.column - 1, 0));
  if (line.empty() || column >= line.size()) return;
  const std::string gutter = fmt::format("  {} | ", finding.place.line);
  const std::size_t room = std::max<std::size_t>(width, gutter.size() + 20) - gutter.size();
  const std::size_t bytes = marked_bytes(line, column);
  std::string before = for_terminal(line.substr(0, column));
  const std::string marked = for_terminal(line.substr(column, bytes));
  const std::string after = for_terminal(line.substr(column + bytes));
  // What is marked is seen, wherever in a long line it stands.
  if (display_width(before) > room / 2 && display_width(before + marked + after) > room) {
    before = "…" + std::string(tail(before, room / 2));
  }
  const std::size_t begin = display_width(before);
  const std::size_t length = std::clamp<std::size_t>(display_width(marked), 1, room - begin);
  out += style.faint(gutter) + cut(before + marked + after, room) + "\n";
  out += style.faint(std::string(gutter.size() - 2, ' ') + "| ") + std::string(begin, ' ') +
         painted(finding.check->severity, "^" + std::string(length - 1, '~'), style) + "\n";
}

void add_detail(std::string& out, std::string_view label, std::string_view text, const Style& style,
                std::size_t width) {
  if (text.empty()) return;
  out += style.faint(pad(fmt::format("  {}:", label), kIndent));
  out += wrap(for_terminal(text), width, kIndent) + "\n";
}

/// What has been said of a check in a file, and need not be said again.
using Said = std::set<std::pair<const Check*, std::string_view>>;

void add_finding(std::string& out, const Finding& finding, std::string_view line, Said& said,
                 const Style& style, std::size_t width) {
  const Check& check = *finding.check;
  const std::string kind = fmt::format("{}[{}]", to_string(check.severity), check.id);
  out += style.bold(place_of(finding)) + ": " + painted(check.severity, kind, style) + " " +
         for_terminal(message_of(finding)) + "\n";
  add_excerpt(out, finding, line, style, width);
  if (said.emplace(&check, check.why).second) add_detail(out, "why", check.why, style, width);
  if (said.emplace(&check, finding.mend).second) {
    const char* by_itself = finding.fixes.empty() ? "" : " (--fix does it)";
    add_detail(out, "mend", finding.mend + by_itself, style, width);
  }
  out += "\n";
}

}  // namespace

std::string lint_text(const LintResult& result, const std::vector<ManifestFile>& files,
                      const Style& style, std::size_t width) {
  // Lines longer than this are hard to read, however wide the terminal is.
  width = std::min(width, kDefaultWidth);
  const SourceLines sources(files);
  std::string out;
  // Lines with a secret are shown to nobody: a report is kept, and sent on.
  std::set<std::pair<std::string_view, int>> secret_lines;
  for (const Finding& finding : result.findings) {
    if (finding.check == &kSecretInArgs || finding.check == &kSecretInEnvLiteral) {
      secret_lines.emplace(finding.file, finding.place.line);
    }
  }
  std::string_view file;
  Said said;
  for (const Finding& finding : result.findings) {
    if (finding.file != file) said.clear();
    file = finding.file;
    const bool hidden = secret_lines.count({finding.file, finding.place.line}) > 0;
    add_finding(out, finding, hidden ? std::string_view() : sources.line_of(finding), said, style,
                width);
  }
  const std::string summary = wrap(lint_summary(result), width);
  out += result.verdict == Verdict::kPass ? style.good(summary) : style.bad(summary);
  out += "\n";
  const auto fixable = std::count_if(result.findings.begin(), result.findings.end(),
                                     [](const Finding& finding) { return !finding.fixes.empty(); });
  if (fixable > 0) out += fmt::format("--fix can mend {} of them\n", fixable);
  for (const std::string& note : result.notes) {
    out += wrap("Note: " + for_terminal(note), width, 6) + "\n";
  }
  return out;
}

}  // namespace inferlab::labs::lint
