#include "sim/controllers/snapshot_restore.h"

#include <fmt/format.h>

#include "sim/api/views_storage.h"
#include "sim/controllers/storage_sidecar.h"
#include "sim/controllers/volume_snapshot.h"

namespace inferlab::sim {
namespace {

std::string why_no_snapshot(const StoredObject& claim, const std::string& name,
                            const Value& provisioner, const Store& store) {
  const ObjectPtr snapshot = store.get({std::string(kSnapshots), claim.key.ns, name});
  if (snapshot == nullptr) {
    return fmt::format(
        "error getting snapshot {0} from api server: "
        "volumesnapshots.snapshot.storage.k8s.io \"{0}\" not found",
        name);
  }
  const Value& meta = snapshot->document["metadata"];
  if (meta.has("deletionTimestamp") && !has_text(meta["finalizers"], kSnapshotAsSource)) {
    return fmt::format("snapshot {} is being deleted", name);
  }
  const Value& status = snapshot->document["status"];
  const ObjectPtr content = store.get(
      {std::string(kSnapshotContents), "", status["boundVolumeSnapshotContentName"].str()});
  const bool is_bound = content != nullptr &&
                        content->document["spec"]["volumeSnapshotRef"]["uid"] == meta["uid"] &&
                        content->document["spec"]["driver"] == provisioner;
  if (!is_bound) return fmt::format("snapshot {} not bound", name);
  if (!status["readyToUse"].as_bool()) return fmt::format("snapshot {} is not Ready", name);
  if (!content->document["status"].has("snapshotHandle")) {
    return fmt::format("snapshot handle {} is not available", name);
  }
  const auto size = Quantity::parse(status["restoreSize"].as_string());
  const Quantity& wanted = claim.view<PersistentVolumeClaimView>().request;
  if (size && wanted < *size) {
    return fmt::format(
        "requested volume size {} is less than the size {} for the source snapshot {}",
        wanted.units(), size->units(), name);
  }
  return {};
}

}  // namespace

std::string why_no_source(const StoredObject& claim, const StoredObject& storage_class,
                          const Store& store) {
  const std::string name = snapshot_of_claim(claim.document);
  if (name.empty()) return {};
  const std::string why =
      why_no_snapshot(claim, name, storage_class.document["provisioner"], store);
  if (why.empty()) return {};
  return fmt::format("error getting handle for DataSource Type VolumeSnapshot by Name {}: {}", name,
                     why);
}

}  // namespace inferlab::sim
