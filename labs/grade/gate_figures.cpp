#include "labs/grade/gate_figures.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "labs/checks/corpus_tally.h"

namespace inferlab::labs {

Result<std::vector<RunFigure>> gate_figures(CheckContext& context) {
  std::vector<RunFigure> out;
  for (const LabCheck& check : context.lab().checks) {
    if (check.kind != "eval-corpus") continue;
    // Every category is told of, whatever was handed in: two runs have the same figures.
    std::map<std::string, CorpusTally::Count> regressions;
    for (const sim::Value& each : check.params["regressions"].items()) {
      ++regressions[each["category"].str()].all;
    }
    const auto harmless = check.params["harmless"].size() + 1;  // and the released model
    std::optional<CorpusTally> tally;
    if (const auto& suite = context.submission().evals) {
      INFERLAB_TRY(CorpusTally judged, corpus_tally(*suite, Params(check.params)));
      if (judged.released.passed()) tally = std::move(judged);
    }
    RunFigure stopped{check.id + "_good_stopped",
                      fmt::format("{}: good revisions stopped, of {}", check.id, harmless),
                      "",
                      {}};
    if (tally) stopped.value = tally->good.wrong;
    out.push_back(std::move(stopped));
    for (const auto& [category, count] : regressions) {
      RunFigure missed{fmt::format("{}_missed_{}", check.id, category),
                       fmt::format("{}: regressions of {} that go through, of {}", check.id,
                                   category, count.all),
                       "",
                       {}};
      if (tally) missed.value = tally->missed[category].wrong;
      out.push_back(std::move(missed));
    }
  }
  return out;
}

}  // namespace inferlab::labs
