#include "labs/grade/batch/row.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace inferlab::labs::batch {
namespace {

constexpr std::pair<Outcome, std::string_view> kWords[] = {
    {Outcome::kGraded, "graded"},      {Outcome::kRefused, "refused"},
    {Outcome::kTimedOut, "timed out"}, {Outcome::kOutOfMemory, "out of memory"},
    {Outcome::kCrashed, "crashed"},    {Outcome::kNotGraded, "not graded"},
};

}  // namespace

std::string_view word_of(Outcome outcome) {
  for (const auto& [each, word] : kWords) {
    if (each == outcome) return word;
  }
  return {};
}

Outcome outcome_of(std::string_view word) {
  for (const auto& [outcome, each] : kWords) {
    if (each == word) return outcome;
  }
  return Outcome::kNotGraded;
}

int Row::exit_status() const {
  if (graded()) return passed ? 0 : 1;
  return outcome == Outcome::kNotGraded ? 3 : 2;
}

std::size_t Table::graded() const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.graded(); }));
}

std::size_t Table::passed() const {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [](const Row& row) { return row.graded() && row.passed; }));
}

double Table::mean() const {
  const std::size_t count = graded();
  if (count == 0) return 0;
  const auto sum = std::accumulate(
      rows.begin(), rows.end(), std::int64_t{0},
      [](std::int64_t before, const Row& row) { return before + (row.graded() ? row.earned : 0); });
  return static_cast<double>(sum) / static_cast<double>(count);
}

std::size_t Table::lost(const CheckColumn& check) const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const Row& row) {
    if (!row.graded()) return false;
    const auto found = row.checks.find(check.id);
    return found == row.checks.end() || found->second < check.points;
  }));
}

}  // namespace inferlab::labs::batch
