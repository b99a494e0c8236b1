// hostpath-writable: a folder of the node that a container may write to.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const sim::Value& mounts = container.value["volumeMounts"];
      for (std::size_t i = 0; i < mounts.size(); ++i) {
        const sim::Value volume = workload.volume(mounts[i]["name"].as_string());
        if (!volume.has("hostPath") || mounts[i]["readOnly"].as_bool()) continue;
        report.add(*workload.object, container.at(fmt::format("volumeMounts[{}]", i)),
                   fmt::format("container \"{}\" may write to {} of its node", container.name,
                               volume["hostPath"]["path"].as_string()));
      }
    }
  }
}

}  // namespace

const Check kHostpathWritable = {
    .id = "hostpath-writable",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a folder of the node that a container may write to",
    .why =
        "One Pod's half-written weights are the next one's model, on that node alone; and who "
        "writes to a node's folders is near to owning the node.",
    .mend = "Mount it readOnly, or keep the weights on a claim.",
    .rows = "STO-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
