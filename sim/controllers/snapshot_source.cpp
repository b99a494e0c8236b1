#include "sim/controllers/snapshot_source.h"

#include <fmt/format.h>

#include "sim/api/views_storage.h"
#include "sim/controllers/volume_match.h"
#include "sim/controllers/volume_snapshot.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDefaultClass = "snapshot.storage.kubernetes.io/is-default-class";

std::string not_found(std::string_view resource, std::string_view name) {
  return fmt::format("{} \"{}\" not found", resource, name);
}

}  // namespace

ObjectPtr claim_of_snapshot(const StoredObject& snapshot, const Store& store) {
  const std::string name = snapshot.document["spec"]["source"]["persistentVolumeClaimName"].str();
  return name.empty() ? nullptr : store.get({"persistentvolumeclaims", snapshot.key.ns, name});
}

std::pair<ObjectPtr, std::string> volume_of_snapshot(const StoredObject& snapshot,
                                                     const Store& store) {
  const std::string name = snapshot.document["spec"]["source"]["persistentVolumeClaimName"].str();
  const ObjectPtr claim = claim_of_snapshot(snapshot, store);
  if (claim == nullptr) {
    return {nullptr, fmt::format("failed to retrieve PVC {} from the lister: \"{}\"", name,
                                 not_found("persistentvolumeclaim", name))};
  }
  if (claim->document["status"]["phase"].as_string() != "Bound") {
    return {nullptr, fmt::format("the PVC {} is not yet bound to a PV, will not attempt to take "
                                 "a snapshot",
                                 name)};
  }
  const std::string volume_name = claim->document["spec"]["volumeName"].str();
  ObjectPtr volume = store.get({"persistentvolumes", "", volume_name});
  if (volume == nullptr) {
    return {nullptr, fmt::format("failed to retrieve PV {} from the API server: \"{}\"",
                                 volume_name, not_found("persistentvolumes", volume_name))};
  }
  if (!is_bound_to(volume->view<PersistentVolumeView>(), *claim)) {
    return {nullptr, "claim in dataSource not bound or invalid"};
  }
  return {std::move(volume), {}};
}

std::vector<ObjectPtr> default_snapshot_classes(const Store& store, const Value& driver) {
  std::vector<ObjectPtr> out;
  for (const ObjectPtr& one : store.list(kSnapshotClasses)) {
    const Value& annotations = one->document["metadata"]["annotations"];
    if (annotations[kDefaultClass].as_string() == "true" && one->document["driver"] == driver) {
      out.push_back(one);
    }
  }
  return out;
}

std::string snapshot_content_name(const StoredObject& snapshot) {
  return "snapcontent-" + snapshot.document["metadata"]["uid"].str();
}

Value snapshot_content(const StoredObject& snapshot, const StoredObject& snapshot_class,
                       const StoredObject& volume) {
  const Value& meta = snapshot.document["metadata"];
  const Value& from = volume.document["spec"];
  const Value reference = Value::object({{"apiVersion", snapshot.document["apiVersion"]},
                                         {"kind", "VolumeSnapshot"},
                                         {"name", meta["name"]},
                                         {"namespace", meta["namespace"]},
                                         {"resourceVersion", meta["resourceVersion"]},
                                         {"uid", meta["uid"]}});
  const Value spec =
      Value::object({{"deletionPolicy", snapshot_class.document["deletionPolicy"]},
                     {"driver", snapshot_class.document["driver"]},
                     {"source", Value::object({{"volumeHandle", from["csi"]["volumeHandle"]}})},
                     {"sourceVolumeMode", from["volumeMode"]},
                     {"volumeSnapshotClassName", Value(snapshot_class.key.name)},
                     {"volumeSnapshotRef", reference}});
  return Value::object(
      {{"apiVersion", "snapshot.storage.k8s.io/v1"},
       {"kind", "VolumeSnapshotContent"},
       {"metadata", Value::object({{"name", Value(snapshot_content_name(snapshot))}})},
       {"spec", spec}});
}

}  // namespace inferlab::sim
