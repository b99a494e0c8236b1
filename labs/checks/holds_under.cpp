// Another check holds in a run that differs by `change`: a counterfactual of any check. What that
// check changes itself comes on top.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "engine/base/check.h"
#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/table.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kCheckFields[] = {
    {.name = "kind", .type = SpecType::kId, .description = "of the check", .required = true},
    {.name = "params", .type = SpecType::kParams, .description = "of that kind", .required = true},
};
constexpr SpecTable kNestedCheckTable = {"nested_check", "A check of any kind.", kCheckFields};

constexpr SpecField kFields[] = {
    change_param(/*required=*/true),
    {.name = "check",
     .type = SpecType::kObject,
     .description = "what must hold in the changed run",
     .required = true,
     .object = &kNestedCheckTable},
};

// The same lab, of which every run has the change.
class Changed final : public CheckContext {
 public:
  Changed(CheckContext& base, VariantSpec change) : base_(base), change_(std::move(change)) {}
  [[nodiscard]] const LabSpec& lab() const override { return base_.lab(); }
  [[nodiscard]] const Submission& submission() const override { return base_.submission(); }
  Result<std::span<const lint::LintResult>> linted() override { return base_.linted(); }
  Result<sim::Cluster*> run(const VariantSpec& variant) override {
    return base_.run(merged(change_, variant));
  }
  Result<const std::vector<Deed>*> deeds(const VariantSpec& variant) override {
    return base_.deeds(merged(change_, variant));
  }
  Result<sim::Cluster*> reference_run(const std::string& answer) override {
    return base_.reference_run(answer);
  }

 private:
  CheckContext& base_;
  VariantSpec change_;
};

}  // namespace

constexpr SpecTable kHoldsUnderParams = {"holds-under", "", kFields};

Result<Finding> holds_under(CheckContext& context, const Params& params) {
  const sim::Value check = params.value("check");
  const CheckRow* row = find_check_row(check["kind"].as_string());
  INFERLAB_CHECK(row != nullptr);  // the loader refuses a lab with an unknown kind
  const VariantSpec change = variant_from(params.value("change"));
  Changed changed(context, change);
  INFERLAB_TRY(Finding finding, row->run(changed, Params(check["params"])));
  std::vector<std::string> events;
  for (const RunEvent& event : change.events) {
    events.push_back(fmt::format("{} after {}", event.str(), format_duration(event.at)));
  }
  if (!events.empty()) {
    finding.seen = fmt::format("with {}: {}", fmt::join(events, ", "), finding.seen);
  }
  return finding;
}

}  // namespace inferlab::labs
