// job-ttl-missing: a Job that is kept for ever when it is done.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is("Job")) continue;
    if (workload.object->value["spec"].has("ttlSecondsAfterFinished")) continue;
    report.add(*workload.object, "spec", "ttlSecondsAfterFinished is not set");
  }
}

}  // namespace

const Check kJobTtlMissing = {
    .id = "job-ttl-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kNote,
    .title = "a Job that is kept for ever when it is done",
    .why =
        "Each run of a training or an ingest leaves a Job and its Pods behind, until the API "
        "server and every list are full of them.",
    .mend = "Set ttlSecondsAfterFinished.",
    .rows = "TRN-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
