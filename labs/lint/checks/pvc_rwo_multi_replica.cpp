// pvc-rwo-multi-replica: several replicas share a claim that one node can mount.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// Of its modes none that several nodes can use at once.
bool is_for_one_node(const sim::Value& modes) {
  return !modes.empty() &&
         std::all_of(modes.items().begin(), modes.items().end(), [](const sim::Value& mode) {
           return mode.as_string().starts_with("ReadWriteOnce");
         });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const bool several = workload.is("DaemonSet") || bundle.ceiling_of(workload) > 1;
    if (!several) continue;
    const sim::Value& volumes = workload.pod["volumes"];
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      const std::string name = volumes[i]["persistentVolumeClaim"]["claimName"].str();
      if (name.empty()) continue;
      const Object* claim = bundle.find("PersistentVolumeClaim", workload.ns(), name);
      if (claim == nullptr || !is_for_one_node(claim->value["spec"]["accessModes"])) continue;
      report.add(
          *workload.object, workload.at(fmt::format("volumes[{}]", i)),
          fmt::format("its replicas share claim \"{}\", which one node at a time can mount", name));
    }
  }
}

}  // namespace

const Check kPvcRwoMultiReplica = {
    .id = "pvc-rwo-multi-replica",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "several replicas share a claim that one node can mount",
    .why =
        "The replica that comes to lie on another node waits for ever with Multi-Attach error for "
        "volume.",
    .mend =
        "Use ReadWriteMany or ReadOnlyMany where the class can, or a StatefulSet with a claim for "
        "each replica.",
    .rows = "K8S-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
