#include "labs/checks/corpus_tally.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include "labs/checks/real_engine.h"
#include "labs/evals/ask.h"

namespace inferlab::labs {
namespace {

using sim::Value;

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

}  // namespace

std::string failed_cases(const EvalVerdict& verdict) {
  std::vector<std::string> ids;
  for (const EvalVerdict::Row& row : verdict.rows) {
    if (!row.faults.empty()) ids.push_back(row.id);
  }
  return fmt::format("{}", fmt::join(ids, ", "));
}

Result<CorpusTally> corpus_tally(const EvalSuite& suite, const Params& params) {
  INFERLAB_TRY(const std::string path, embedded_model());
  const auto verdict = [&](const ModelRevision& revision) {
    // The first few cases stop most regressions; what is good is asked them all, in one batch.
    constexpr std::size_t kFew = 6;
    return verdict_of(suite, path, revision, revision.category.empty() ? suite.cases.size() : kFew);
  };
  CorpusTally out;
  INFERLAB_TRY(out.released, verdict({}));
  if (!out.released.passed()) return out;
  out.good.all = 1;
  const Value harmless = params.value("harmless"), regressions = params.value("regressions");
  for (const Value& each : harmless.items()) {
    INFERLAB_TRY(const EvalVerdict judged, verdict(revision_from(each)));
    ++out.good.all;
    if (judged.passed()) continue;
    ++out.good.wrong;
    out.alarms.insert(failed_cases(judged));
  }
  for (const Value& each : regressions.items()) {
    const ModelRevision revision = revision_from(each);
    if (revision.category.empty()) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("regressions: {}: needs a category", revision.id)};
    }
    INFERLAB_TRY(const EvalVerdict judged, verdict(revision));
    ++out.bad.all;
    ++out.missed[revision.category].all;
    if (!judged.passed()) continue;
    ++out.bad.wrong;
    ++out.missed[revision.category].wrong;
  }
  return out;
}

}  // namespace inferlab::labs
