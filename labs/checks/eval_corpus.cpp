// The evaluation of evals.yaml as a gate: the released model passes it, and so do revisions that
// answer as well in other words; each regression is stopped. The real engine answers for all of
// them. Points by what is worst, the good revisions or a category: neither a gate that is always
// open nor one that is always shut earns anything, one that asks for the released model's own words
// stops good revisions, and what is never asked for is not made up for elsewhere.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "labs/checks/kinds.h"
#include "labs/checks/real_engine.h"
#include "labs/evals/ask.h"

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

/// How many of some there are, and which of them went wrong.
struct Count {
  int all = 0, wrong = 0;
};

std::string failed_cases(const EvalVerdict& verdict) {
  std::vector<std::string> ids;
  for (const EvalVerdict::Row& row : verdict.rows) {
    if (!row.faults.empty()) ids.push_back(row.id);
  }
  return fmt::format("{}", fmt::join(ids, ", "));
}

/// So many cases at a time, until the gate is shut.
Result<EvalVerdict> verdict_of(const EvalSuite& suite, const std::string& path,
                               const ModelRevision& revision, std::size_t at_once) {
  ServedRevision served(path, revision);
  std::vector<EvalAnswer> answers;
  const std::span<const EvalCase> cases(suite.cases);
  while (answers.size() < cases.size()) {
    const std::size_t left = cases.size() - answers.size();
    INFERLAB_TRY(std::vector<EvalAnswer> some,
                 served.ask(cases.subspan(answers.size(), std::min(at_once, left))));
    std::ranges::move(some, std::back_inserter(answers));
    const EvalVerdict so_far = verdict_on(suite, answers);
    if (!so_far.passed()) return so_far;
  }
  return verdict_on(suite, answers);
}

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
  INFERLAB_TRY(const std::string path, embedded_model());
  const auto verdict = [&](const ModelRevision& revision) {
    // The first few cases stop most regressions; what is good is asked them all, in one batch.
    constexpr std::size_t kFew = 6;
    return verdict_of(*suite, path, revision,
                      revision.category.empty() ? suite->cases.size() : kFew);
  };
  INFERLAB_TRY(const EvalVerdict released, verdict({}));
  if (!released.passed()) {
    return Finding::fail(fmt::format("the released model is stopped: {}; it fails: {}",
                                     fmt::join(released.reasons, "; "), failed_cases(released)),
                         expected);
  }
  Count good{.all = 1};
  std::set<std::string> alarms;
  const Value harmless = params.value("harmless"), regressions = params.value("regressions");
  for (const Value& each : harmless.items()) {
    INFERLAB_TRY(const EvalVerdict judged, verdict(revision_from(each)));
    ++good.all;
    if (judged.passed()) continue;
    ++good.wrong;
    alarms.insert(failed_cases(judged));
  }
  Count bad;
  std::map<std::string, Count> missed;  // by category
  for (const Value& each : regressions.items()) {
    const ModelRevision revision = revision_from(each);
    if (revision.category.empty()) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("regressions: {}: needs a category", revision.id)};
    }
    INFERLAB_TRY(const EvalVerdict judged, verdict(revision));
    ++bad.all;
    ++missed[revision.category].all;
    if (!judged.passed()) continue;
    ++bad.wrong;
    ++missed[revision.category].wrong;
  }
  if (good.wrong == 0 && bad.wrong == 0) {
    return Finding::pass(
        fmt::format("{} good revisions pass, {} regressions are stopped", good.all, bad.all));
  }
  std::vector<std::string> parts;
  for (const auto& [category, count] : missed) {
    if (count.wrong == 0) continue;
    parts.push_back(
        fmt::format("{} of {} regressions of {} go through", count.wrong, count.all, category));
  }
  if (good.wrong > 0) {
    parts.push_back(fmt::format(
        "{} of {} revisions that answer as well are stopped, where these cases fail: {}",
        good.wrong, good.all, fmt::join(alarms, " | ")));
  }
  Finding out = Finding::fail(fmt::format("{}", fmt::join(parts, "; ")), expected);
  // The released model passes by itself: it counts for nothing here.
  out.percent = percent_right({.all = good.all - 1, .wrong = good.wrong});
  for (const auto& [category, count] : missed) {
    out.percent = std::min(out.percent, percent_right(count));
  }
  return out;
}

}  // namespace inferlab::labs
