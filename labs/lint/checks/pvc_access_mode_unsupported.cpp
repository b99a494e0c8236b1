// pvc-access-mode-unsupported: an access mode that the storage class cannot give.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/claims.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.storage_classes) return;
  for (const Claim& claim : claims_of(bundle)) {
    const auto known = context.storage_classes->find(claim.storage_class());
    if (known == context.storage_classes->end()) continue;
    const sim::Value& modes = claim.spec["accessModes"];
    for (const sim::Value& mode : modes.items()) {
      const auto& given = known->second;
      if (std::find(given.begin(), given.end(), mode.as_string()) != given.end()) continue;
      report.add(
          *claim.object, claim.path + ".accessModes",
          fmt::format("class \"{}\" cannot give {}", claim.storage_class(), mode.as_string()));
    }
  }
}

}  // namespace

const Check kPvcAccessModeUnsupported = {
    .id = "pvc-access-mode-unsupported",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "an access mode that the storage class cannot give",
    .why = "The claim stays Pending, and every Pod that uses it.",
    .mend = "Ask for a mode that the class can give, or name another class.",
    .rows = "K8S-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
