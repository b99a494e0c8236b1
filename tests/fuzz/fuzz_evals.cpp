// evals.yaml, and what a model answers to it. Parts: the evaluation, an answer.
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "labs/evals/judge.h"
#include "labs/spec/evals.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_evals(std::string_view bytes) {
  const std::string_view text = next_part(bytes);
  const auto suite = labs::read_evals(text, "x");
  if (!suite) {
    INFERLAB_CHECK(suite.error().message.starts_with("x:"));
    return;
  }
  const labs::EvalLimits limits;
  INFERLAB_CHECK(!suite->cases.empty() && suite->cases.size() <= limits.max_cases);
  // Nothing answered yet: nothing is stopped.
  INFERLAB_CHECK(labs::verdict_on(*suite, {}).passed());
  const labs::EvalAnswer said{std::string(bytes), "stop", {}};
  const labs::EvalAnswer refused{{}, {}, "400"};
  const std::vector<labs::EvalAnswer> answers(suite->cases.size(), said);
  const labs::EvalVerdict verdict = labs::verdict_on(*suite, answers);
  INFERLAB_CHECK(verdict.pass_rate >= 0 && verdict.pass_rate <= 1 + 1e-9);
  for (const labs::EvalCase& each : suite->cases) {
    INFERLAB_CHECK(labs::faults_of(refused, each.expect).size() == 1);
  }
}

}  // namespace inferlab::fuzz
