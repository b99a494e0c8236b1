// hpa-target-missing: an autoscaler without a target.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Scaler& scaler : bundle.scalers()) {
    if (bundle.find(scaler.target_kind, scaler.object->ns, scaler.target_name) != nullptr) continue;
    report.add(*scaler.object, "spec.scaleTargetRef",
               fmt::format("there is no {}/{} in namespace \"{}\"", scaler.target_kind,
                           scaler.target_name, scaler.object->ns));
  }
}

}  // namespace

const Check kHpaTargetMissing = {
    .id = "hpa-target-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "an autoscaler without a target",
    .why =
        "The number of replicas stays where it is, whatever the load: the autoscaler only says "
        "FailedGetScale.",
    .mend = "Name a workload of the autoscaler's own namespace, with its kind.",
    .rows = "K8S-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
