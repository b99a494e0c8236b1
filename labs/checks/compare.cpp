// One number, made of scraped series, in the graded run and in one that differs by `change`: their
// ratio lies between bounds. What a change costs or brings, whatever the number itself is.
#include <fmt/format.h>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/measure.h"
#include "labs/checks/trouble.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    change_param(/*required=*/true),
    {.name = "measure",
     .type = SpecType::kObject,
     .description = "what is measured in both runs",
     .required = true,
     .object = &kMeasureTable},
    {.name = "ratio_at_least",
     .type = SpecType::kNumber,
     .description = "of the changed run's number to the graded run's",
     .minimum = 0},
    {.name = "ratio_at_most",
     .type = SpecType::kNumber,
     .description = "of the changed run's number to the graded run's",
     .minimum = 0},
};

}  // namespace

constexpr SpecTable kCompareParams = {"compare", "", kFields};

Result<Finding> compare(CheckContext& context, const Params& params) {
  const Measure measure = measure_from(params.value("measure"));
  std::string expected = measure.str() + ": with the change";
  if (params.has("ratio_at_least")) {
    expected += fmt::format(" at least {} times", shown_number(params.number("ratio_at_least")));
  }
  if (params.has("ratio_at_most")) {
    expected += fmt::format(" at most {} times", shown_number(params.number("ratio_at_most")));
  }
  expected += " what it is without";
  INFERLAB_TRY(sim::Cluster* const base, context.run({}));
  const auto without = measured(*base, measure);
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const auto with = measured(*run, measure);
  if (!with || !without) {
    if (const Trouble trouble = traffic_trouble(*base); trouble.any()) {
      return Finding::fail(trouble, expected, "nothing was measured: ");
    }
    return Finding::fail(
        fmt::format("nothing was measured {} the change", with ? "without" : "with"), expected);
  }
  const std::string seen = fmt::format("{}: {} without the change, {} with it", measure.str(),
                                       shown_number(*without), shown_number(*with));
  const double least = params.number_or("ratio_at_least", 0);
  // Nothing is no multiple of nothing.
  const bool grows = least <= 0 || *with != 0 || *without != 0;
  const bool holds =
      grows && *with >= least * *without &&
      (!params.has("ratio_at_most") || *with <= params.number("ratio_at_most") * *without);
  return holds ? Finding::pass(seen) : Finding::fail(seen, expected);
}

}  // namespace inferlab::labs
