#pragma once

#include <string>
#include <vector>

#include "labs/spec/evals.h"

namespace inferlab::labs {

/// What a model said to one case.
struct EvalAnswer {
  std::string text;
  std::string finish_reason;  // "stop", "length"
  std::string error;          // why the server refused the request; empty: it did not
};

/// What is wrong with the answer, a part of the expectation each: "lacks \"taint\"". Empty:
/// nothing.
std::vector<std::string> faults_of(const EvalAnswer& answer, const EvalExpectation& expect);

/// What became of an evaluation: a row for each case that was answered, in their order, and the
/// gate.
struct EvalVerdict {
  struct Row {
    std::string id, category;
    std::vector<std::string> faults;  // empty: the case passed
  };
  std::vector<Row> rows;
  double pass_rate = 0;              // of all cases, by weight
  std::vector<std::string> reasons;  // why the gate is shut; empty: it is open

  [[nodiscard]] bool passed() const { return reasons.empty(); }
};

/// `answers` are those of the first cases; the others count as passed. So a gate that is shut stays
/// shut, whatever they will say.
EvalVerdict verdict_on(const EvalSuite& suite, const std::vector<EvalAnswer>& answers);

}  // namespace inferlab::labs
