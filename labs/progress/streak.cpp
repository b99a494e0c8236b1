#include "labs/progress/streak.h"

namespace inferlab::labs {

int days_in_a_row(const std::vector<std::int64_t>& days, std::int64_t today) {
  int count = 0;
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    if (*day > today) continue;  // a clock that was set back
    const bool is_next = count == 0 ? *day >= today - 1 : *day == *(day - 1) - 1;
    if (!is_next) break;
    ++count;
  }
  return count;
}

}  // namespace inferlab::labs
