// Checks of the linter find nothing in what was handed in. Of several each counts the same. For
// what no run would show: a Secret written into an environment variable works.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/checks/kinds.h"
#include "labs/lint/lint.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    {.name = "lint",
     .type = SpecType::kIds,
     .description = "ids of the linter's checks: see inferlab lint --checks",
     .required = true,
     .min_items = 1},
    {.name = "kinds",
     .type = SpecType::kTexts,
     .description = "only objects of these kinds; there must be one of them"},
    {.name = "whole", .type = SpecType::kBool, .description = "no points for a part of them"},
};

bool is_kind(const std::string& object, const std::vector<std::string>& kinds) {
  if (kinds.empty()) return true;
  const std::string kind = object.substr(0, object.find('/'));
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

constexpr SpecTable kManifestParams = {"manifest", "", kFields};

Result<Finding> manifest(CheckContext& context, const Params& params) {
  const std::vector<std::string> ids = params.texts("lint"), kinds = params.texts("kinds");
  const std::string expected =
      fmt::format("inferlab lint finds none of {}{}", fmt::join(ids, ", "),
                  kinds.empty() ? std::string() : fmt::format(" in {}", fmt::join(kinds, ", ")));
  INFERLAB_TRY(const std::span<const lint::LintResult> results, context.linted());
  const bool any = std::ranges::any_of(results, [&](const lint::LintResult& result) {
    return std::ranges::any_of(result.bundle->objects(), [&](const lint::Object& object) {
      return is_kind(object.id(), kinds);
    });
  });
  if (!any) {
    return Finding::fail(kinds.empty() ? "nothing was handed in"
                                       : fmt::format("there is no {}", fmt::join(kinds, ", no ")),
                         expected)
        .with(Cause::kMissing);
  }
  // Of files that the linter's API server refuses nothing else was looked at: "found nothing" would
  // be for whoever adds one object that no controller could carry out.
  for (const lint::LintResult& result : results) {
    if (result.verdict != lint::Verdict::kReject) continue;
    const lint::Finding& refused = result.findings.front();
    return Finding::fail(fmt::format("{}: {}: {}; nothing else was looked at", refused.check->id,
                                     refused.object, refused.message),
                         expected);
  }
  std::vector<std::string> failed;
  std::string first;
  for (const std::string& id : ids) {
    const lint::Finding* found = nullptr;
    for (const lint::LintResult& result : results) {
      for (const lint::Finding& finding : result.findings) {
        const bool counts = finding.check->id == id && is_kind(finding.object, kinds);
        if (counts && found == nullptr) found = &finding;
      }
    }
    if (found == nullptr) continue;
    if (first.empty()) first = fmt::format("{}: {}: {}", id, found->object, found->message);
    failed.push_back(id);
  }
  if (failed.empty()) return Finding::pass(fmt::format("{} check(s) found nothing", ids.size()));
  Finding out = Finding::fail(
      failed.size() == 1 ? first
                         : fmt::format("{}; and {} more of these checks", first, failed.size() - 1),
      expected);
  if (!params.flag("whole")) {
    out.percent = static_cast<int>(100 * (ids.size() - failed.size()) / ids.size());
  }
  return out;
}

}  // namespace inferlab::labs
