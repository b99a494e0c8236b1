// The report for people.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/wrap.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 13;  // of what stands under a check's title

std::string points_of(const CheckResult& check) {
  return fmt::format("{:>2}/{:<2}", check.earned, check.points);
}

void add_detail(std::string& out, std::string_view label, std::string_view text,
                const Style& style) {
  if (text.empty()) return;
  const std::string head = fmt::format("      {:<10}", label);
  out += style.faint(head);
  out += wrap(for_terminal(text), kWidth, head.size());
  out += '\n';
}

}  // namespace

std::string report_text(const Report& report, const Style& style) {
  std::string out = style.bold(report.lab_title) + "\n";
  out += style.faint(fmt::format("{}  submission {}  seed {}  {} of virtual time, applied at {}",
                                 report.lab_id, for_terminal(report.submission), report.seed,
                                 report.horizon, report.apply_at)) +
         "\n\n";
  std::size_t id_width = 0;
  for (const CheckResult& check : report.checks) id_width = std::max(id_width, check.id.size());
  for (const CheckResult& check : report.checks) {
    const std::string mark = check.passed ? style.good("✔ pass") : style.bad("✘ FAIL");
    out += fmt::format("{}  {}  {}  {}\n", mark, points_of(check), pad(check.id, id_width),
                       wrap(check.title, kWidth, kIndent + 4 + id_width));
    if (check.passed) continue;
    add_detail(out, "seen", check.seen, style);
    add_detail(out, "expected", check.expected, style);
    add_detail(out, "practises", fmt::format("{}", fmt::join(check.rows, ", ")), style);
    if (!check.hint.empty()) {
      add_detail(out, "hint", fmt::format("inferlab lab hint {} {}", report.lab_id, check.hint),
                 style);
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
    out += fmt::format("Hints used: {} (-{} points): score {} of {}\n",
                       fmt::join(report.hints_used, ", "), report.hint_cost, report.score(),
                       report.points);
  }
  for (const std::string& note : report.notes) {
    out += wrap(fmt::format("Note: {}", for_terminal(note)), kWidth, 6) + "\n";
  }
  out +=
      style.faint(fmt::format("journal {}  run {}", report.journal_hash, report.run_hash)) + "\n";
  return out;
}

}  // namespace inferlab::labs
