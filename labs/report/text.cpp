// The report for people.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/plot.h"
#include "labs/report/report_card.h"
#include "labs/report/wrap.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kIndent = 13;  // of what stands under a check's title

std::string points_of(const CheckResult& check) {
  if (check.judged_by) return fmt::format(" -/{:<2}", check.points);
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

// A mark in ten steps.
std::string bar(int earned, int points) {
  constexpr int kSteps = 10;
  const int full = points > 0 ? earned * kSteps / points : 0;
  std::string out;
  for (int i = 0; i < kSteps; ++i) out += i < full ? "█" : "░";
  return out;
}

void add_card(std::string& out, const Report& report, const Style& style) {
  out += style.bold("Report card") + "\n";
  for (const SubScore& score : report_card(report)) {
    const std::string title = pad(title_of(score.property), 28);
    if (score.points == 0) {
      out += style.faint("  " + title + "not asked for here") + "\n";
      continue;
    }
    const std::string mark = bar(score.earned, score.points);
    out += fmt::format("  {}{}  {:>3}/{}\n", title,
                       score.earned == score.points ? style.good(mark) : style.bad(mark),
                       score.earned, score.points);
  }
}

// The highest value of each column, between 0 and the highest of all.
std::string sparkline(const std::vector<std::optional<double>>& values, double highest,
                      std::size_t columns) {
  constexpr const char* kSteps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  columns = std::min(columns, values.size());
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) {
    std::optional<double> here;
    for (std::size_t k = i * values.size() / columns; k < (i + 1) * values.size() / columns; ++k) {
      if (values[k]) here = std::max(here.value_or(0), *values[k]);
    }
    const double share = here && highest > 0 ? std::clamp(*here / highest, 0.0, 1.0) : 0;
    out += here ? kSteps[std::lround(share * 7)] : " ";
  }
  return out;
}

void add_evidence(std::string& out, const Report& report, const Style& style, std::size_t width) {
  const Evidence& evidence = report.evidence;
  constexpr std::size_t kNarrow = 64;  // no room for a name and a line
  if (evidence.series.empty() || width < kNarrow) return;
  const std::size_t columns = width < kDefaultWidth ? 20 : 30;
  const std::size_t name_width = std::min<std::size_t>(44, width - columns - 20);
  const std::string end = report.present ? format_duration(*report.present) : "its end";
  out += "\n" + style.bold(fmt::format("The run, from its start to {}", end)) + "\n";
  for (const EvidenceSeries& series : evidence.series) {
    const double highest = highest_of(series);
    const std::string name = for_terminal(fmt::format("{}, {}", series.plot, series.name));
    const std::string most = series.unit != "s" ? fmt::format("{:.4g}", highest)
                             : highest < 1      ? fmt::format("{:.3g} ms", highest * 1000)
                                                : fmt::format("{:.3g} s", highest);
    out += fmt::format("  {}  {}  max {}\n", pad(cut(name, name_width), name_width),
                       pad(sparkline(series.values, highest, columns), columns), most);
  }
}

}  // namespace

std::string report_text(const Report& report, const Style& style, std::size_t width) {
  // Lines longer than this are hard to read, however wide the terminal is.
  width = std::min(width, kDefaultWidth);
  std::string out = style.bold(wrap(for_terminal(report.lab_title), width)) + "\n";
  const std::string learner =
      report.learner.empty() ? std::string() : "learner " + for_terminal(report.learner) + "  ";
  out += style.faint(
             wrap(fmt::format("{}  {}submission {}  seed {}  {} of virtual time, applied at {}",
                              report.lab_id, learner, for_terminal(report.submission), report.seed,
                              report.horizon, report.apply_at),
                  width)) +
         "\n\n";
  std::size_t id_width = 0;
  for (const CheckResult& check : report.checks) id_width = std::max(id_width, check.id.size());
  for (const CheckResult& check : report.checks) {
    const std::string mark = check.judged_by ? style.faint("… wait")
                             : check.passed  ? style.good("✔ pass")
                                             : style.bad("✘ FAIL");
    out += fmt::format("{}  {}  {}  {}\n", mark, points_of(check), pad(check.id, id_width),
                       wrap(for_terminal(check.title), width, kIndent + 4 + id_width));
    if (check.judged_by) add_detail(out, "", not_yet(check), style, width);
    if (check.passed || check.judged_by) continue;
    add_detail(out, "seen", check.seen, style, width);
    if (!check.blocked_by.empty()) continue;  // the check that it names says the rest
    add_detail(out, "expected", check.expected, style, width);
    add_detail(out, "practises", fmt::format("{}", fmt::join(check.rows, ", ")), style, width);
    if (!check.hint.empty()) {
      // A command stays one line, to be copied.
      add_detail(out, "hint", hint_command(report.lab_id, check.hint, report.learner), style,
                 std::string::npos);
    }
  }
  out += "\n";
  if (report.whole()) add_card(out, report, style);
  add_evidence(out, report, style, width);
  const std::string verdict = verdict_of(report);
  out += fmt::format("\n{}: {}", checks_held(report),
                     !report.whole() ? verdict
                     : report.passed ? style.good(verdict)
                                     : style.bad(verdict));
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
  if (report.passed && !report.next_lab.empty()) {
    out += fmt::format("Next: inferlab lab start {}{}\n", report.next_lab,
                       for_terminal(learner_words(report.learner)));
  }
  out += style.faint(
             wrap(fmt::format("journal {}  run {}", report.journal_hash, report.run_hash), width)) +
         "\n";
  return out;
}

}  // namespace inferlab::labs
