#include "labs/desk/rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "labs/report/formats.h"

namespace inferlab::labs {
namespace {

CheckRow check_row(const CheckResult& result) {
  CheckRow row;
  row.id = result.id;
  row.title = result.title;
  row.state = result.judged_by    ? CheckRow::State::kNotYet
              : result.passed     ? CheckRow::State::kPassed
              : result.earned > 0 ? CheckRow::State::kPartial
                                  : CheckRow::State::kFailed;
  row.points = result.points;
  row.earned = result.earned;
  row.seen = result.judged_by ? not_yet(result) : result.seen;
  row.expected = result.expected;
  row.rows = fmt::format("{}", fmt::join(result.rows, ", "));
  return row;
}

}  // namespace

std::vector<LabRow> lab_rows(const std::vector<LabSpec>& labs, Progress* progress) {
  std::vector<LabRow> rows;
  for (const LabSpec& lab : labs) {
    LabRow row{lab.id, lab.title, lab.objective, std::to_string(lab.minutes), -1};
    if (progress != nullptr) {
      const Result<LabProgress> done = progress->lab(lab.id);
      if (done && done->attempts > 0) row.best_score = done->best_score;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CheckRow> unchecked_rows(const LabSpec& lab) {
  std::vector<CheckRow> rows;
  for (const LabCheck& check : lab.checks) {
    CheckRow& row = rows.emplace_back();
    row.id = check.id;
    row.title = check.title;
    row.points = check.points;
    row.rows = fmt::format("{}", fmt::join(check.rows, ", "));
  }
  return rows;
}

std::vector<CheckRow> check_rows(const Report& report) {
  std::vector<CheckRow> rows;
  for (const CheckResult& result : report.checks) rows.push_back(check_row(result));
  return rows;
}

std::vector<HintRow> hint_rows(const LabSpec& lab, const std::vector<std::string>& taken) {
  std::vector<HintRow> rows;
  for (const LabHint& hint : lab.hints) {
    const bool used = std::find(taken.begin(), taken.end(), hint.id) != taken.end();
    rows.push_back({hint.id, hint.cost, used, used ? hint.text : std::string()});
  }
  return rows;
}

}  // namespace inferlab::labs
