// The evaluation of evals.yaml as a gate: the released model passes it, and so do revisions that
// answer as well in other words; each regression is stopped. The real engine answers for all of
// them. Points by what is worst, the good revisions or a category: neither a gate that is always
// open nor one that is always shut earns anything, one that asks for the released model's own words
// stops good revisions, and what is never asked for is not made up for elsewhere.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "labs/checks/corpus_tally.h"
#include "labs/checks/kinds.h"
#include "labs/evals/revision.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "harmless",
     .type = kObjects,
     .description = "revisions that are as good: each must pass",
     .required = true,
     .object = &kRevisionTable,
     .min_items = 1},
    {.name = "regressions",
     .type = kObjects,
     .description = "revisions that are worse, each with its category: each must be stopped",
     .required = true,
     .object = &kRevisionTable,
     .min_items = 1},
};

using Count = CorpusTally::Count;

int percent_right(const Count& count) {
  return 100 * (count.all - count.wrong) / count.all;
}

}  // namespace

constexpr SpecTable kEvalCorpusParams = {"eval-corpus", "", kFields};

Result<Finding> eval_corpus(CheckContext& context, const Params& params) {
  const std::string expected =
      "a gate that the released model passes, and every revision that is as good, and that stops "
      "every revision that is worse";
  const std::optional<EvalSuite>& suite = context.submission().evals;
  if (!suite) return Finding::fail("there is no evals.yaml", expected).with(Cause::kMissing);
  INFERLAB_TRY(const CorpusTally tally, corpus_tally(*suite, params));
  if (!tally.released.passed()) {
    return Finding::fail(
        fmt::format("the released model is stopped: {}; it fails: {}",
                    fmt::join(tally.released.reasons, "; "), failed_cases(tally.released)),
        expected);
  }
  const Count &good = tally.good, &bad = tally.bad;
  if (good.wrong == 0 && bad.wrong == 0) {
    return Finding::pass(
        fmt::format("{} good revisions pass, {} regressions are stopped", good.all, bad.all));
  }
  std::vector<std::string> parts;
  for (const auto& [category, count] : tally.missed) {
    if (count.wrong == 0) continue;
    parts.push_back(
        fmt::format("{} of {} regressions of {} go through", count.wrong, count.all, category));
  }
  if (good.wrong > 0) {
    parts.push_back(fmt::format(
        "{} of {} revisions that answer as well are stopped, where these cases fail: {}",
        good.wrong, good.all, fmt::join(tally.alarms, " | ")));
  }
  Finding out = Finding::fail(fmt::format("{}", fmt::join(parts, "; ")), expected);
  // The released model passes by itself: it counts for nothing here.
  out.percent = percent_right({.all = good.all - 1, .wrong = good.wrong});
  for (const auto& [category, count] : tally.missed) {
    out.percent = std::min(out.percent, percent_right(count));
  }
  return out;
}

}  // namespace inferlab::labs
