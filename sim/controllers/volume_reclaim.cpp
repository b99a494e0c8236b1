#include "sim/controllers/volume_reclaim.h"

#include <fmt/format.h>

#include "sim/controllers/volume_match.h"

namespace inferlab::sim {

Reclaim reclaim_of(const StoredObject& volume) {
  const Value& spec = volume.document["spec"];
  const std::string_view policy = spec["persistentVolumeReclaimPolicy"].as_string();
  if (policy == "Recycle") {
    // These two are recycled by a Pod that wipes them.
    if (spec.has("hostPath") || spec.has("nfs")) return {};
    return {Reclaim::Action::kFail, "VolumeFailedRecycle",
            "No recycler plugin found for the volume!"};
  }
  if (policy != "Delete") return {};
  const std::string_view provisioner =
      volume.document["metadata"]["annotations"][kProvisionedBy].as_string();
  if (!provisioner.empty() && !provisioner.starts_with("kubernetes.io/")) return {};
  if (!spec.has("hostPath")) {
    return {Reclaim::Action::kFail, "VolumeFailedDelete",
            fmt::format("error getting deleter volume plugin for volume \"{}\": no deletable "
                        "volume plugin matched",
                        volume.key.name)};
  }
  const std::string_view path = spec["hostPath"]["path"].as_string();
  if (path.starts_with("/tmp/") && path.size() > 5) return {Reclaim::Action::kRemove};
  return {Reclaim::Action::kFail, "VolumeFailedDelete",
          fmt::format("host_path deleter only supports /tmp/.+ but received provided {}", path)};
}

}  // namespace inferlab::sim
