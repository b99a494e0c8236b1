#include "sim/node/file_system_growth.h"

#include <fmt/format.h>

#include "sim/api/conditions.h"
#include "sim/api/csi_volume.h"
#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

constexpr Duration kTime = 1s;  // resize2fs on a volume that was made larger; our guess

bool is_due(const StoredObject& claim) {
  return !find_condition(claim.document["status"]["conditions"], "FileSystemResizePending")
              .is_null();
}

bool uses(const StoredObject& pod, std::string_view claim) {
  for (const Value& volume : pod.document["spec"]["volumes"].items()) {
    if (claim_of_volume(pod.document, volume) == claim) return true;
  }
  return false;
}

bool runs(const StoredObject& pod) {
  return pod.document["status"]["phase"].as_string() == "Running";
}

}  // namespace

void FileSystemGrowth::see(const Change& change, const Store& store) {
  if (change.type == ChangeType::kDeleted) return;
  const StoredObject& object = *change.object;
  if (object.key.resource == "pods") {
    const bool began = runs(object) && (change.previous == nullptr || !runs(*change.previous));
    if (began) see_pod(object, store);
    return;
  }
  if (object.key.resource != "persistentvolumeclaims" || !is_due(object)) return;
  for (const ObjectPtr& pod : store.list("pods", object.key.ns)) {
    if (runs(*pod) && uses(*pod, object.key.name)) return begin(object.key, *pod);
  }
}

void FileSystemGrowth::see_pod(const StoredObject& pod, const Store& store) {
  for (const Value& volume : pod.document["spec"]["volumes"].items()) {
    const std::string name = claim_of_volume(pod.document, volume);
    if (name.empty()) continue;
    const ObjectPtr claim = store.get({"persistentvolumeclaims", pod.key.ns, name});
    if (claim != nullptr && is_due(*claim)) begin(claim->key, pod);
  }
}

void FileSystemGrowth::begin(const ObjectKey& claim, const StoredObject& pod) {
  Kubelet* kubelet = find_(pod.document["spec"]["nodeName"].as_string());
  if (kubelet == nullptr || !growing_.insert(claim).second) return;
  kubelet->node().api.simulation().after(
      kTime, "kubelet/grow-volume",
      [this, claim, user = pod.key, kubelet] { finish(claim, user, *kubelet); });
}

void FileSystemGrowth::finish(const ObjectKey& claim, const ObjectKey& pod, Kubelet& kubelet) {
  growing_.erase(claim);
  Api& api = kubelet.node().api;
  const ObjectPtr object = api.store().get(claim);
  const ObjectPtr user = api.store().get(pod);
  if (object == nullptr || user == nullptr || !kubelet.is_up() || !is_due(*object)) return;
  const std::string name = object->document["spec"]["volumeName"].str();
  const ObjectPtr volume = api.store().get({"persistentvolumes", "", name});
  if (volume == nullptr) return;
  const Value status =
      Value::object({{"capacity", volume->document["spec"]["capacity"]}, {"conditions", Value()}});
  api.merge_patch(claim, "status", Value::object({{"status", status}}),
                  "system:node:" + kubelet.name());
  const std::string message = fmt::format(
      "MountVolume.NodeExpandVolume succeeded for volume \"{}\" {}", name, kubelet.name());
  for (const ObjectPtr& about : {user, object}) {
    kubelet.node().recorder.normal(*about, "FileSystemResizeSuccessful", message);
  }
}

}  // namespace inferlab::sim
