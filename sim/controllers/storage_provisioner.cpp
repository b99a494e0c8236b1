// The external provisioner of each CSI driver that is installed: makes volumes for claims that the
// volume binder has handed to it, and deletes them when they are released.
// Source: kubernetes-csi/external-provisioner; sig-storage-lib-external-provisioner; Kubernetes
// documentation, "Dynamic Volume Provisioning".
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "sim/controllers/make_controllers.h"
#include "sim/controllers/snapshot_restore.h"
#include "sim/controllers/storage_sidecar.h"
#include "sim/controllers/volume_match.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"persistentvolumeclaims", "persistentvolumes"};
constexpr std::string_view kFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";
constexpr std::string_view kClasses = "storageclasses.storage.k8s.io";

// After the first, second … failure in a row. Source: external-provisioner, --retry-interval-start
// and --retry-interval-max.
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLastRetry = 5min;

class StorageProvisioner final : public Controller {
 public:
  explicit StorageProvisioner(const ControllerContext& context)
      : Controller(context, "csi/provisioner", "csi-provisioner"),
        sidecar_(context, "{0}_csi-controller-0_5b0c51a5-4c52-4c0e-9f0f-2a6d5f0d8c11") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (!sidecar_.any() || change.type == ChangeType::kDeleted) return;
    const Value& document = change.object->document;
    const bool is_claim = change.object->key.resource == "persistentvolumeclaims";
    const Value& annotations = document["metadata"]["annotations"];
    const Value& driver = annotations[is_claim ? kProvisioner : kProvisionedBy];
    if (driver.empty() || sidecar_.driver(driver.as_string()) == nullptr) return;
    const bool wanted = is_claim ? document["spec"]["volumeName"].empty()
                                 : document["status"]["phase"].as_string() == "Released" ||
                                       document["metadata"].has("deletionTimestamp");
    if (wanted) queue().add(change.object->key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr) return {};
    return key.resource == "persistentvolumes" ? remove(object) : provision(object);
  }

 private:
  struct Work {
    Time due;
    Duration retry = kFirstRetry;
  };

  Result<void> provision(const ObjectPtr& claim) {
    const Value& meta = claim->document["metadata"];
    const std::string uid = meta["uid"].str();
    const auto& view = claim->view<PersistentVolumeClaimView>();
    const StorageDriver* driver = sidecar_.driver(meta["annotations"][kProvisioner].as_string());
    const ObjectPtr storage =
        store().get({std::string(kClasses), "", view.storage_class.value_or("")});
    const bool over = driver == nullptr || storage == nullptr || !view.volume_name.empty() ||
                      view.meta.deletion_timestamp;
    if (over || store().get({"persistentvolumes", "", "pvc-" + uid}) != nullptr) {
      work_.erase(uid);
      return {};
    }
    const Value& node = meta["annotations"][kSelectedNode];
    if (storage->view<StorageClassView>().waits_for_first_consumer && node.empty()) return {};
    const auto [found, begins] = work_.try_emplace(uid, Work{now() + driver->provision_time});
    if (begins) {
      sidecar_.events(*driver).normal(
          *claim, "Provisioning",
          fmt::format("External provisioner is provisioning volume for claim \"{}/{}\"",
                      claim->key.ns, claim->key.name));
    }
    if (now() < found->second.due) {
      queue().add_after(claim->key, found->second.due - now());
      return {};
    }
    std::string why = refusal(*driver, view);
    if (why.empty()) why = why_no_source(*claim, *storage, store());
    if (!why.empty()) {
      return fail(*driver, *claim, *storage, why, found->second);
    }
    const ApiResponse made = api().create(
        "persistentvolumes", "", volume_for(*driver, *claim, *storage, node.str()), user());
    INFERLAB_TRY_VOID(check(made, claim->key.name));
    work_.erase(uid);
    sidecar_.events(*driver).normal(*claim, "ProvisioningSucceeded",
                                    fmt::format("Successfully provisioned volume pvc-{}", uid));
    return {};
  }

  // In the words of a driver for block storage.
  static std::string refusal(const StorageDriver& driver, const PersistentVolumeClaimView& claim) {
    if (driver.shared) return {};
    for (const std::string& mode : claim.access_modes) {
      if (mode != "ReadWriteMany" && mode != "ReadOnlyMany") continue;
      return fmt::format(
          "rpc error: code = InvalidArgument desc = Volume capabilities {} not supported. Only "
          "AccessModes[ReadWriteOnce] supported.",
          mode == "ReadWriteMany" ? "MULTI_NODE_MULTI_WRITER" : "MULTI_NODE_READER_ONLY");
    }
    return {};
  }

  Result<void> fail(const StorageDriver& driver, const StoredObject& claim,
                    const StoredObject& storage, const std::string& why, Work& work) {
    sidecar_.events(driver).warning(
        claim, "ProvisioningFailed",
        fmt::format("failed to provision volume with StorageClass \"{}\": {}", storage.key.name,
                    why));
    work.due = now() + work.retry;
    queue().add_after(claim.key, work.retry);
    work.retry = std::min(2 * work.retry, kLastRetry);
    return {};
  }

  Value volume_for(const StorageDriver& driver, const StoredObject& claim,
                   const StoredObject& storage, const std::string& node) {
    const Value& meta = claim.document["metadata"];
    const Value& wish = claim.document["spec"];
    const Value& how = storage.document;
    const std::string name = "pvc-" + meta["uid"].str();
    Value spec = Value::object(
        {{"accessModes", wish["accessModes"]},
         {"capacity", Value::object({{"storage", wish["resources"]["requests"]["storage"]}})},
         {"claimRef", Value::object({{"apiVersion", "v1"},
                                     {"kind", "PersistentVolumeClaim"},
                                     {"name", meta["name"]},
                                     {"namespace", meta["namespace"]},
                                     {"resourceVersion", meta["resourceVersion"]},
                                     {"uid", meta["uid"]}})},
         {"persistentVolumeReclaimPolicy", how["reclaimPolicy"]},
         {"storageClassName", Value(storage.key.name)},
         {"volumeMode", wish["volumeMode"]}});
    const auto [source, where] = source_of(driver, claim, how, name);
    spec = spec.with(source, where);
    if (!how["mountOptions"].empty()) spec = spec.with("mountOptions", how["mountOptions"]);
    if (const std::string place = place_of(driver, how, node); !place.empty()) {
      const Value expression = Value::object({{"key", Value(driver.topology_key)},
                                              {"operator", "In"},
                                              {"values", Value::array({Value(place)})}});
      const Value term = Value::object({{"matchExpressions", Value::array({expression})}});
      spec =
          spec.with_path({"nodeAffinity", "required", "nodeSelectorTerms"}, Value::array({term}));
    }
    const Value annotations =
        Value::object({{std::string(kProvisionedBy), Value(driver.name)},
                       {"volume.kubernetes.io/provisioner-deletion-secret-name", ""},
                       {"volume.kubernetes.io/provisioner-deletion-secret-namespace", ""}});
    return Value::object({{"apiVersion", "v1"},
                          {"kind", "PersistentVolume"},
                          {"metadata", Value::object({{"annotations", annotations},
                                                      {"finalizers", Value::array({kFinalizer})},
                                                      {"name", Value(name)}})},
                          {"spec", spec}});
  }

  /// Where the bytes are: a disk of the driver's; of a driver that attaches nothing a folder of the
  /// node, as the local path provisioner makes them, or one of a file server.
  static std::pair<std::string_view, Value> source_of(const StorageDriver& driver,
                                                      const StoredObject& claim, const Value& how,
                                                      const std::string& name) {
    const std::string folder = fmt::format("{}_{}_{}", name, claim.key.ns, claim.key.name);
    if (!driver.attaches && driver.topology_key == "kubernetes.io/hostname") {
      return {"hostPath", Value::object({{"path", "/opt/local-path-provisioner/" + folder},
                                         {"type", "DirectoryOrCreate"}})};
    }
    if (!driver.attaches) {
      return {"nfs", Value::object({{"path", "/export/" + folder}, {"server", "10.0.0.5"}})};
    }
    Value csi = Value::object({{"driver", Value(driver.name)}, {"volumeHandle", Value(name)}});
    if (claim.document["spec"]["volumeMode"].as_string() != "Block") {
      const Value& type = how["parameters"]["csi.storage.k8s.io/fstype"];
      csi = csi.with("fsType", type.empty() ? Value("ext4") : type);
    }
    return {"csi", csi};
  }

  /// The zone (or node) it is made in: that of the node that the scheduler has chosen, or any.
  std::string place_of(const StorageDriver& driver, const Value& storage, const std::string& node) {
    if (driver.topology_key.empty()) return {};
    const auto label_of = [&driver](const StoredObject& object) {
      return object.document["metadata"]["labels"][driver.topology_key].str();
    };
    if (!node.empty()) {
      const ObjectPtr chosen = store().get({"nodes", "", node});
      return chosen == nullptr ? std::string() : label_of(*chosen);
    }
    std::set<std::string> allowed;
    for (const Value& term : storage["allowedTopologies"].items()) {
      for (const Value& expression : term["matchLabelExpressions"].items()) {
        if (expression["key"].as_string() != driver.topology_key) continue;
        for (const Value& value : expression["values"].items()) allowed.insert(value.str());
      }
    }
    std::set<std::string> places;
    for (const ObjectPtr& one : store().list("nodes")) {
      const std::string place = label_of(*one);
      if (!place.empty() && (allowed.empty() || allowed.contains(place))) places.insert(place);
    }
    if (places.empty()) return {};
    auto chosen = places.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(
                             simulation().rng("csi/places", driver.name).below(places.size())));
    return *chosen;
  }

  Result<void> remove(const ObjectPtr& volume) {
    const Value& meta = volume->document["metadata"];
    const StorageDriver* driver = sidecar_.driver(meta["annotations"][kProvisionedBy].as_string());
    const auto& view = volume->view<PersistentVolumeView>();
    if (driver == nullptr || view.reclaim_policy != "Delete" || view.phase != "Released") {
      // Deleted by hand while its policy is to keep what lies on it: the object alone goes.
      return driver != nullptr && view.meta.deletion_timestamp && view.phase != "Bound"
                 ? drop_finalizer(*volume)
                 : Result<void>();
    }
    for (const ObjectPtr& attachment : store().list("volumeattachments.storage.k8s.io")) {
      const Value& spec = attachment->document["spec"];
      if (spec["source"]["persistentVolumeName"].as_string() != volume->key.name) continue;
      sidecar_.events(*driver).warning(
          *volume, "VolumeFailedDelete",
          fmt::format("persistentvolume {} is still attached to node {}", volume->key.name,
                      spec["nodeName"].as_string()));
      Work& work = work_.try_emplace(view.meta.uid, Work{now()}).first->second;
      queue().add_after(volume->key, work.retry);
      work.retry = std::min(2 * work.retry, kLastRetry);
      return {};
    }
    work_.erase(view.meta.uid);
    if (!view.meta.deletion_timestamp) {
      INFERLAB_TRY_VOID(check(api().remove(volume->key, user()), volume->key.name));
    }
    const ObjectPtr left = store().get(volume->key);
    return left == nullptr ? Result<void>() : drop_finalizer(*left);
  }

  Result<void> drop_finalizer(const StoredObject& volume) {
    const Value& finalizers = volume.document["metadata"]["finalizers"];
    if (!has_text(finalizers, kFinalizer)) return {};
    return check(api().merge_patch(
                     volume.key, "",
                     Value::object(
                         {{"metadata",
                           Value::object({{"finalizers", without_text(finalizers, kFinalizer)}})}}),
                     user()),
                 volume.key.name);
  }

  StorageSidecar sidecar_;
  std::map<std::string, Work> work_;  // by uid of the claim, or of the volume that should go
};

}  // namespace

std::unique_ptr<Controller> make_storage_provisioner(const ControllerContext& context) {
  return std::make_unique<StorageProvisioner>(context);
}

}  // namespace inferlab::sim
