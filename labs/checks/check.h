#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"
#include "labs/checks/params.h"
#include "labs/checks/variant.h"
#include "labs/spec/lab_spec.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// What a check found. `seen` and `expected` are for the learner: they name what happened and what
/// should have, with objects, times and numbers, and never say how to get there.
struct Finding {
  int percent = 0;  // of the check's points; 100: holds
  std::string seen;
  std::string expected;

  [[nodiscard]] bool passed() const { return percent == 100; }
  static Finding pass(std::string seen) {
    return {.percent = 100, .seen = std::move(seen), .expected = {}};
  }
  static Finding fail(std::string seen, std::string expected) {
    return {.percent = 0, .seen = std::move(seen), .expected = std::move(expected)};
  }
};

/// What a check may look at: the lab, the graded run at its horizon, and the same run with
/// something changed. Checks read; what they post to a cluster would reach the checks after them.
class CheckContext {
 public:
  virtual ~CheckContext() = default;
  [[nodiscard]] virtual const LabSpec& lab() const = 0;
  /// The run of this variant, at its horizon. Made at the first question, shared with other checks,
  /// and good until grading ends. run({}) is the graded run itself.
  virtual Result<sim::Cluster*> run(const VariantSpec& variant) = 0;
};

/// A kind of check: one file, and one row of labs/checks/table.cpp. An Error says that it cannot be
/// carried out (which is the lab's or our fault); a lab not solved is a Finding.
using CheckFunction = Result<Finding> (*)(CheckContext& context, const Params& params);

}  // namespace inferlab::labs
