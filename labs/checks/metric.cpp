// A number made of scraped series lies between bounds: an SLO. With `change` it is looked at in a
// run that differs by that.
#include <fmt/format.h>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/measure.h"
#include "labs/checks/trouble.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    {.name = "at_least", .type = SpecType::kNumber, .description = "the number"},
    {.name = "at_most", .type = SpecType::kNumber, .description = "the number"},
    change_param(/*required=*/false),
    {.name = "measure",
     .type = SpecType::kObject,
     .description = "what is measured",
     .required = true,
     .object = &kMeasureTable},
    {.name = "nothing_is_zero",
     .type = SpecType::kBool,
     .description = "where nothing was scraped the number is 0, and not missing"},
};

}  // namespace

constexpr SpecTable kMetricParams = {"metric", "", kFields};

Result<Finding> metric(CheckContext& context, const Params& params) {
  const Measure measure = measure_from(params.value("measure"));
  std::string expected = measure.str();
  if (params.has("at_least")) expected += " at least " + shown_number(params.number("at_least"));
  if (params.has("at_least") && params.has("at_most")) expected += " and";
  if (params.has("at_most")) expected += " at most " + shown_number(params.number("at_most"));
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  auto value = measured(*run, measure);
  if (!value && params.flag("nothing_is_zero")) value = 0;
  if (!value) {
    if (const Trouble trouble = traffic_trouble(*run); trouble.any()) {
      return Finding::fail(trouble, expected, "nothing was measured: ");
    }
    return Finding::fail("nothing was measured: there is no such series in the window", expected);
  }
  const std::string seen = fmt::format("{} is {}", measure.str(), shown_number(*value));
  const bool holds = *value >= params.number_or("at_least", *value) &&
                     *value <= params.number_or("at_most", *value);
  return holds ? Finding::pass(seen) : Finding::fail(seen, expected);
}

}  // namespace inferlab::labs
