#include "labs/cli/lab_test_json.h"

#include <utility>

namespace inferlab::labs {

sim::Value lab_test_json(const LabTestResult& result) {
  sim::Value::Array rows;
  for (const LabTestRow& row : result.rows) {
    sim::Value::Array reasons;
    for (const auto& reason : row.reasons) {
      reasons.push_back(sim::Value::object({{"check", reason.check}, {"seen", reason.seen}}));
    }
    rows.push_back(sim::Value::object({{"answer", row.answer},
                                       {"title", row.title},
                                       {"expected", row.expected},
                                       {"seen", row.seen},
                                       {"earned", row.earned},
                                       {"points", row.points},
                                       {"holds", row.holds},
                                       {"reasons", sim::Value::array(std::move(reasons))}}));
  }
  return sim::Value::object({{"lab", result.lab},
                             {"holds", result.holds()},
                             {"answers", sim::Value::array(std::move(rows))}});
}

}  // namespace inferlab::labs
