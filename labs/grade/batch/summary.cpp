#include "labs/grade/batch/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "labs/report/escape.h"
#include "labs/report/wrap.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::size_t kTenths = 10;
constexpr std::size_t kShownReasons = 20;

std::string bar(std::size_t count, std::size_t most, std::size_t width) {
  if (count == 0 || most == 0) return {};
  return std::string(std::max<std::size_t>(count * width / most, 1), '#');
}

std::string histogram(const Table& table, std::size_t width) {
  std::array<std::size_t, kTenths> counts{};
  for (const Row& row : table.rows) {
    if (!row.graded() || table.points <= 0) continue;
    const auto tenth = static_cast<std::size_t>(std::max(row.earned, 0)) * kTenths /
                       static_cast<std::size_t>(table.points);
    ++counts[std::min(tenth, kTenths - 1)];  // all points belong to the last one
  }
  const std::size_t most = *std::max_element(counts.begin(), counts.end());
  constexpr std::size_t kLabel = 20;
  std::string out = "points, in tenths of all:\n";
  for (std::size_t i = 0; i < kTenths; ++i) {
    const std::string line = fmt::format(
        "  {:>8}  {:>5}  {}", fmt::format("{}..{}%", i * 10, i + 1 == kTenths ? 100 : i * 10 + 9),
        counts[i], bar(counts[i], most, width > kLabel ? width - kLabel : 1));
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string lost_checks(const Table& table, std::size_t width) {
  std::vector<const CheckColumn*> checks;
  for (const CheckColumn& check : table.checks) {
    if (table.lost(check) > 0) checks.push_back(&check);
  }
  if (checks.empty()) return {};
  std::stable_sort(checks.begin(), checks.end(), [&](const CheckColumn* a, const CheckColumn* b) {
    return table.lost(*a) > table.lost(*b);
  });
  std::string out = "checks that were lost, most often first:\n";
  for (const CheckColumn* check : checks) {
    const std::size_t lost = table.lost(*check);
    out += cut(fmt::format("  {:>5}  {:>3}%  {:<24}  {}", lost, lost * 100 / table.graded(),
                           check->id, check->title),
               width) +
           "\n";
  }
  return out;
}

std::string not_graded(const Table& table, std::size_t width) {
  std::string out;
  std::size_t count = 0;
  for (const Row& row : table.rows) {
    if (row.graded() || ++count > kShownReasons) continue;
    out += cut(fmt::format("  {}: {}: {}", for_terminal(row.name), word_of(row.outcome),
                           for_terminal(row.why)),
               width) +
           "\n";
  }
  if (count == 0) return {};
  if (count > kShownReasons) {
    out += fmt::format("  and {} more: --results has them all\n", count - kShownReasons);
  }
  return fmt::format("{} without a grade:\n{}", count, out);
}

}  // namespace

std::string summary_text(const Table& table, const Style& style, std::size_t width) {
  std::string out = style.bold(fmt::format("{}: {}", table.lab_id, table.lab_title)) + "\n";
  out += fmt::format("{} submissions, {} graded, {} passed ({} of {} points and more)\n",
                     table.rows.size(), table.graded(), table.passed(), table.pass_points,
                     table.points);
  if (table.graded() > 0) {
    out += fmt::format("{:.1f} points on average\n\n", table.mean());
    out += histogram(table, width);
    if (const std::string lost = lost_checks(table, width); !lost.empty()) out += "\n" + lost;
  }
  if (const std::string failed = not_graded(table, width); !failed.empty()) out += "\n" + failed;
  return out;
}

}  // namespace inferlab::labs::batch
