// The external attacher of each CSI driver that is installed, and its registration on the nodes:
// carries out VolumeAttachments, and keeps a CSINode for each node that a kubelet runs.
// Source: kubernetes-csi/external-attacher; Kubernetes documentation, "CSINode".
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/csi_volume.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/storage_sidecar.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAttachments = "volumeattachments.storage.k8s.io";
constexpr std::string_view kNodes = "csinodes.storage.k8s.io";
constexpr std::string_view kWatches[] = {kAttachments, "nodes"};

// "external-attacher/disk-csi-example-com".
std::string finalizer_of(const StorageDriver& driver) {
  std::string name = driver.name;
  std::replace(name.begin(), name.end(), '.', '-');
  return "external-attacher/" + name;
}

class StorageAttacher final : public Controller {
 public:
  explicit StorageAttacher(const ControllerContext& context)
      : Controller(context, "csi/attacher", "csi-attacher"), sidecar_(context, "{0}") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (!sidecar_.any()) return;
    const StoredObject& object = *change.object;
    if (object.key.resource == "nodes") {
      const bool comes = change.type == ChangeType::kAdded &&
                         object.document["metadata"]["annotations"].has(kManagedAttach);
      if (comes) queue().add(object.key);
    } else if (change.type == ChangeType::kDeleted) {
      due_.erase(object.key.name);
    } else if (sidecar_.driver(object.document["spec"]["attacher"].as_string()) != nullptr) {
      queue().add(object.key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr) return {};
    return key.resource == "nodes" ? register_on(*object) : carry_out(*object);
  }

 private:
  struct Work {
    bool detaches;
    Time due;
  };

  Result<void> carry_out(const StoredObject& attachment) {
    const Value& document = attachment.document;
    const StorageDriver& driver = *sidecar_.driver(document["spec"]["attacher"].as_string());
    const Value& finalizers = document["metadata"]["finalizers"];
    const std::string finalizer = finalizer_of(driver);
    const bool detaches = document["metadata"].has("deletionTimestamp");
    const bool held = has_text(finalizers, finalizer);
    if (detaches ? !held : document["status"]["attached"].as_bool()) return {};
    if (!detaches && !held) {
      const Value metadata = Value::object(
          {{"annotations",
            Value::object({{"csi.alpha.kubernetes.io/node-id", document["spec"]["nodeName"]}})},
           {"finalizers", finalizers.appended(Value(finalizer))}});
      INFERLAB_TRY_VOID(check(
          api().merge_patch(attachment.key, "", Value::object({{"metadata", metadata}}), user()),
          attachment.key.name));
    }
    Work& work = due_.try_emplace(attachment.key.name, Work{detaches, now() + driver.attach_time})
                     .first->second;
    if (work.detaches != detaches) work = {detaches, now() + driver.attach_time};
    if (now() < work.due) {
      queue().add_after(attachment.key, work.due - now());
      return {};
    }
    due_.erase(attachment.key.name);
    INFERLAB_TRY_VOID(check(
        api().merge_patch(attachment.key, "status",
                          Value::object({{"status", Value::object({{"attached", !detaches}})}}),
                          user()),
        attachment.key.name));
    if (!detaches) return {};
    return check(
        api().merge_patch(
            attachment.key, "",
            Value::object({{"metadata",
                            Value::object({{"finalizers", without_text(finalizers, finalizer)}})}}),
            user()),
        attachment.key.name);
  }

  Result<void> register_on(const StoredObject& node) {
    if (store().get({std::string(kNodes), "", node.key.name}) != nullptr) return {};
    Value::Array drivers;
    for (const StorageDriver& driver : config().storage_drivers) {
      Value entry = Value::object({{"name", Value(driver.name)},
                                   {"nodeID", Value(node.key.name)},
                                   {"topologyKeys", Value()}});
      if (!driver.topology_key.empty()) {
        entry = entry.with("topologyKeys", Value::array({Value(driver.topology_key)}));
      }
      if (driver.volumes_a_node > 0) {
        entry = entry.with("allocatable", Value::object({{"count", driver.volumes_a_node}}));
      }
      drivers.push_back(std::move(entry));
    }
    const Value owner = Value::object({{"apiVersion", "v1"},
                                       {"kind", "Node"},
                                       {"name", Value(node.key.name)},
                                       {"uid", node.document["metadata"]["uid"]}});
    const Value body =
        Value::object({{"apiVersion", "storage.k8s.io/v1"},
                       {"kind", "CSINode"},
                       {"metadata", Value::object({{"name", Value(node.key.name)},
                                                   {"ownerReferences", Value::array({owner})}})},
                       {"spec", Value::object({{"drivers", Value::array(std::move(drivers))}})}});
    return check(api().create(kNodes, "", body, "system:node:" + node.key.name), node.key.name);
  }

  StorageSidecar sidecar_;
  std::map<std::string, Work> due_;  // by attachment
};

}  // namespace

std::unique_ptr<Controller> make_storage_attacher(const ControllerContext& context) {
  return std::make_unique<StorageAttacher>(context);
}

}  // namespace inferlab::sim
