#include "labs/checks/truth_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::labs {
namespace {

int percent_right(const std::vector<TruthRow>& rows, bool expected) {
  int all = 0, right = 0;
  for (const TruthRow& row : rows) {
    if (row.expected != expected) continue;
    ++all;
    if (row.seen == expected) ++right;
  }
  return all == 0 ? 100 : 100 * right / all;
}

}  // namespace

Finding judged(const std::vector<TruthRow>& rows, std::string expected, TruthWords words) {
  const auto is_wrong = [](const TruthRow& row) { return row.seen != row.expected; };
  const auto first = std::find_if(rows.begin(), rows.end(), is_wrong);
  if (first == rows.end()) {
    return Finding::pass(fmt::format("all {} answers are as they should be", rows.size()));
  }
  const auto wrong = std::count_if(rows.begin(), rows.end(), is_wrong);
  Finding out =
      Finding::fail(fmt::format("{} of {} answers are wrong; the first: {} is {}{}{}", wrong,
                                rows.size(), first->question, first->seen ? words.yes : words.no,
                                first->reason.empty() ? "" : ": ", first->reason),
                    std::move(expected));
  // All or nothing wins no more than the half that comes by itself: that half counts for nothing.
  out.percent = std::min({percent_right(rows, true), percent_right(rows, false), 99});
  return out;
}

}  // namespace inferlab::labs
