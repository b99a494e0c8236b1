// The external resizer of each CSI driver that is installed: a bound claim that asks for more gets
// it. A volume with a file system is grown by the driver first, and by the kubelet of the node that
// has it mounted afterwards; what is mounted nowhere waits for its next Pod.
// Source: kubernetes-csi/external-resizer; Kubernetes documentation, "Persistent Volumes",
// "Expanding Persistent Volumes Claims".
#include <fmt/format.h>

#include "sim/api/conditions.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/storage_sidecar.h"
#include "sim/controllers/volume_growth.h"
#include "sim/controllers/volume_match.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"persistentvolumeclaims"};

class StorageResizer final : public Controller {
 public:
  explicit StorageResizer(const ControllerContext& context)
      : Controller(context, "csi/resizer", "csi-resizer"),
        sidecar_(context, "external-resizer {0}") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (!sidecar_.any()) return;
    if (change.type == ChangeType::kDeleted) {
      due_.erase(change.object->document["metadata"]["uid"].str());
    } else if (wants_to_grow(*change.object)) {
      queue().add(change.object->key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr claim = store().get(key);
    if (claim == nullptr || !wants_to_grow(*claim)) return {};
    const Value& document = claim->document;
    const ObjectPtr volume =
        store().get({"persistentvolumes", "", document["spec"]["volumeName"].str()});
    if (volume == nullptr) return {};
    const StorageDriver* driver =
        sidecar_.driver(volume->document["spec"]["csi"]["driver"].as_string());
    if (driver == nullptr) return {};
    const Quantity wanted = requested_storage(*claim);
    if (volume->view<PersistentVolumeView>().capacity >= wanted) return {};  // the kubelet's turn
    const std::string uid = document["metadata"]["uid"].str();
    const auto [due, begins] = due_.try_emplace(uid, now() + driver->resize_time);
    if (begins) {
      INFERLAB_TRY_VOID(set_condition_of(*claim, "Resizing", "", {}));
      sidecar_.events(*driver).normal(
          *claim, "Resizing",
          fmt::format("External resizer is resizing volume {}", volume->key.name));
    }
    if (now() < due->second) {
      queue().add_after(key, due->second - now());
      return {};
    }
    due_.erase(due);
    return finish(*driver, key, *volume, wanted);
  }

 private:
  Result<void> finish(const StorageDriver& driver, const ObjectKey& key, const StoredObject& volume,
                      const Quantity& wanted) {
    const Value capacity = Value::object({{"storage", Value(wanted.str())}});
    INFERLAB_TRY_VOID(
        check(api().merge_patch(volume.key, "",
                                Value::object({{"spec", Value::object({{"capacity", capacity}})}}),
                                user()),
              volume.key.name));
    const ObjectPtr claim = store().get(key);
    if (claim == nullptr) return {};
    const bool has_files =
        volume.document["spec"]["volumeMode"].as_string() != "Block" && driver.attaches;
    if (has_files) {
      INFERLAB_TRY_VOID(set_condition_of(
          *claim, "FileSystemResizePending",
          "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
          {}));
      sidecar_.events(driver).normal(*claim, "FileSystemResizeRequired",
                                     "Require file system resize of volume on node");
      return {};
    }
    INFERLAB_TRY_VOID(set_condition_of(*claim, "", "", capacity));
    sidecar_.events(driver).normal(*claim, "VolumeResizeSuccessful", "Resize volume succeeded");
    return {};
  }

  /// The one condition of a claim that grows; empty: it has grown.
  Result<void> set_condition_of(const StoredObject& claim, std::string_view type,
                                std::string_view message, const Value& capacity) {
    Value conditions;
    if (!type.empty()) {
      Value condition =
          Value::object({{"lastProbeTime", Value()}, {"status", "True"}, {"type", Value(type)}});
      if (!message.empty()) condition = condition.with("message", Value(message));
      conditions = set_condition_at(Value(), condition, format_rfc3339(now()));
    }
    Value status = Value::object({{"conditions", conditions}});
    if (!capacity.is_null()) status = status.with("capacity", capacity);
    return check(
        api().merge_patch(claim.key, "status", Value::object({{"status", status}}), user()),
        claim.key.name);
  }

  StorageSidecar sidecar_;
  std::map<std::string, Time> due_;  // by the claim's uid
};

}  // namespace

std::unique_ptr<Controller> make_storage_resizer(const ControllerContext& context) {
  return std::make_unique<StorageResizer>(context);
}

}  // namespace inferlab::sim
