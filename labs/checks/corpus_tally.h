#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/base/result.h"
#include "labs/checks/params.h"
#include "labs/evals/judge.h"
#include "labs/spec/evals.h"

namespace inferlab::labs {

/// What an evaluation does as a gate, revision by revision.
struct CorpusTally {
  /// How many of some there are, and which of them went wrong.
  struct Count {
    int all = 0, wrong = 0;
  };
  EvalVerdict released;  // of the released model; where it does not pass, nothing else was judged
  Count good;            // the released model among them; wrong: stopped
  std::set<std::string> alarms;         // the cases that stop good ones
  Count bad;                            // regressions; wrong: let through
  std::map<std::string, Count> missed;  // the same by category
};

/// By `harmless` and `regressions` of the params of kind eval-corpus; the real engine answers for
/// all of them. Errors: a regression without a category, a model that cannot be read.
Result<CorpusTally> corpus_tally(const EvalSuite& suite, const Params& params);

/// "case-a, case-b": the cases that have failed.
std::string failed_cases(const EvalVerdict& verdict);

}  // namespace inferlab::labs
