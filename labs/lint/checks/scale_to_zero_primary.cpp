// scale-to-zero-primary: a model server that KEDA may scale to zero.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Scaler& scaler : bundle.scalers()) {
    const Workload* target = bundle.target_of(scaler);
    if (target == nullptr || target->model_server() == nullptr || scaler.floor > 0) continue;
    report.add(*scaler.object, scaler.floor_path,
               fmt::format("{} goes down to no replica at all", target->object->id()));
  }
}

}  // namespace

const Check kScaleToZeroPrimary = {
    .id = "scale-to-zero-primary",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a model server that KEDA may scale to zero",
    .why =
        "The first request after a quiet hour waits for a node, an image and a model: minutes, in "
        "which clients give up.",
    .mend = "Keep a warm floor: minReplicaCount 1 at least, 2 to survive a node.",
    .rows = "SCL-08",
    .run = run,
};

}  // namespace inferlab::labs::lint
