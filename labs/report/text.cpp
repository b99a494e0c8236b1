// The report for people.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/wrap.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kIndent = 13;  // of what stands under a check's title

std::string points_of(const CheckResult& check) {
  return fmt::format("{:>2}/{:<2}", check.earned, check.points);
}

void add_detail(std::string& out, std::string_view label, std::string_view text, const Style& style,
                std::size_t width) {
  if (text.empty()) return;
  const std::string head = fmt::format("      {:<10}", label);
  out += style.faint(head);
  out += wrap(for_terminal(text), width, head.size());
  out += '\n';
}

}  // namespace

std::string report_text(const Report& report, const Style& style, std::size_t width) {
  // Lines longer than this are hard to read, however wide the terminal is.
  width = std::min(width, kDefaultWidth);
  std::string out = style.bold(wrap(report.lab_title, width)) + "\n";
  out +=
      style.faint(wrap(fmt::format("{}  submission {}  seed {}  {} of virtual time, applied at {}",
                                   report.lab_id, for_terminal(report.submission), report.seed,
                                   report.horizon, report.apply_at),
                       width)) +
      "\n\n";
  std::size_t id_width = 0;
  for (const CheckResult& check : report.checks) id_width = std::max(id_width, check.id.size());
  for (const CheckResult& check : report.checks) {
    const std::string mark = check.passed ? style.good("✔ pass") : style.bad("✘ FAIL");
    out += fmt::format("{}  {}  {}  {}\n", mark, points_of(check), pad(check.id, id_width),
                       wrap(check.title, width, kIndent + 4 + id_width));
    if (check.passed) continue;
    add_detail(out, "seen", check.seen, style, width);
    if (!check.blocked_by.empty()) continue;  // the check that it names says the rest
    add_detail(out, "expected", check.expected, style, width);
    add_detail(out, "practises", fmt::format("{}", fmt::join(check.rows, ", ")), style, width);
    if (!check.hint.empty()) {
      add_detail(out, "hint", fmt::format("inferlab lab hint {} {}", report.lab_id, check.hint),
                 style, width);
    }
  }
  const auto passed = std::count_if(report.checks.begin(), report.checks.end(),
                                    [](const CheckResult& check) { return check.passed; });
  out += fmt::format("\n{} of {} checks hold: ", passed, report.checks.size());
  const std::string score = fmt::format("{} of {} points", report.earned, report.points);
  out += report.passed
             ? style.good(score + ", passed")
             : style.bad(fmt::format("{}, not passed ({} needed)", score, report.pass_points));
  out += '\n';
  if (!report.hints_used.empty()) {
    out += wrap(fmt::format("Hints used: {} (-{} points): score {} of {}",
                            fmt::join(report.hints_used, ", "), report.hint_cost, report.score(),
                            report.points),
                width, 2) +
           "\n";
  }
  for (const std::string& note : report.notes) {
    out += wrap(fmt::format("Note: {}", for_terminal(note)), width, 6) + "\n";
  }
  out += style.faint(
             wrap(fmt::format("journal {}  run {}", report.journal_hash, report.run_hash), width)) +
         "\n";
  return out;
}

}  // namespace inferlab::labs
