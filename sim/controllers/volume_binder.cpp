// The PersistentVolume binder: gives claims volumes that are there, asks a provisioner for those
// that are not, and says what becomes of a volume whose claim is gone.
//
// A claim and its volume name each other; which of the two was written first, and by whom, is told
// by annotations. A claim that waits is looked at again every 15 s.
// Source: Kubernetes documentation, "Persistent Volumes" and "Storage Classes";
// kube-controller-manager 1.32, pkg/controller/volume/persistentvolume.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/controllers/make_controllers.h"
#include "sim/controllers/volume_match.h"
#include "sim/controllers/volume_reclaim.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"persistentvolumes", "persistentvolumeclaims"};
constexpr std::string_view kClasses = "storageclasses.storage.k8s.io";
constexpr Duration kResync = 15s;  // --pvclaimbinder-sync-period

// Provisioners that were part of Kubernetes once, and the drivers that do their work.
// Source: Kubernetes documentation, "Volumes", "Migrating to CSI drivers from in-tree plugins".
constexpr std::string_view kMigrated[][2] = {
    {"kubernetes.io/aws-ebs", "ebs.csi.aws.com"},
    {"kubernetes.io/azure-disk", "disk.csi.azure.com"},
    {"kubernetes.io/azure-file", "file.csi.azure.com"},
    {"kubernetes.io/cinder", "cinder.csi.openstack.org"},
    {"kubernetes.io/gce-pd", "pd.csi.storage.gke.io"},
    {"kubernetes.io/portworx-volume", "pxd.portworx.com"},
    {"kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"},
};

std::string driver_of(const std::string& provisioner) {
  for (const auto& row : kMigrated) {
    if (row[0] == provisioner) return std::string(row[1]);
  }
  return provisioner;
}

bool has_annotation(const StoredObject& object, std::string_view name) {
  return object.document["metadata"]["annotations"].has(name);
}

Value annotation_patch(std::string_view name, Value value) {
  return Value::object({{"annotations", Value::object({{std::string(name), std::move(value)}})}});
}

class VolumeBinder final : public Controller {
 public:
  explicit VolumeBinder(const ControllerContext& context)
      : Controller(context, "controller/volume-binder", "persistentvolume-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (change.type != ChangeType::kDeleted) return queue().add(object.key);
    const Value& spec = object.document["spec"];
    if (object.key.resource == "persistentvolumes") {
      const Value& claim = spec["claimRef"];
      if (!claim.is_null()) {
        queue().add({"persistentvolumeclaims", claim["namespace"].str(), claim["name"].str()});
      }
    } else if (!spec["volumeName"].empty()) {
      queue().add({"persistentvolumes", "", spec["volumeName"].str()});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr) return {};
    if (key.resource == "persistentvolumes") return sync_volume(object);
    return has_annotation(*object, kBindCompleted) ? sync_bound_claim(object)
                                                   : sync_unbound_claim(object);
  }

 private:
  // --- claims

  ObjectPtr volume_named(const std::string& name) const {
    return store().get({"persistentvolumes", "", name});
  }
  ObjectPtr class_of(const PersistentVolumeClaimView& claim) const {
    const std::string name = claim.storage_class.value_or("");
    return name.empty() ? nullptr : store().get({std::string(kClasses), "", name});
  }

  Result<void> sync_unbound_claim(const ObjectPtr& claim) {
    const auto& view = claim->view<PersistentVolumeClaimView>();
    if (!view.volume_name.empty()) return sync_claim_with_volume(claim, view.volume_name);
    const ObjectPtr storage = class_of(view);
    const bool delayed =
        storage != nullptr && storage->view<StorageClassView>().waits_for_first_consumer;
    if (const ObjectPtr volume = best_volume(*claim, store(), delayed)) return bind(volume, claim);
    if (delayed && !has_annotation(*claim, kSelectedNode)) {
      tell_what_it_waits_for(*claim);
    } else if (!view.storage_class) {
      if (const std::string name = default_class(); !name.empty()) return set_class(*claim, name);
      tell_no_class(*claim);
    } else if (view.storage_class->empty()) {
      tell_no_class(*claim);
    } else {
      INFERLAB_TRY_VOID(ask_provisioner(*claim, *view.storage_class, storage));
    }
    queue().add_after(claim->key, kResync);
    return {};
  }

  void tell_no_class(const StoredObject& claim) {
    events().normal(claim, "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
  }

  void tell_what_it_waits_for(const StoredObject& claim) {
    std::vector<std::string> pods;
    for (const ObjectPtr& pod : store().list("pods", claim.key.ns)) {
      const Value& spec = pod->document["spec"];
      if (!spec["nodeName"].empty()) continue;
      const auto& volumes = spec["volumes"].items();
      const bool uses = std::any_of(volumes.begin(), volumes.end(), [&](const Value& volume) {
        return volume["persistentVolumeClaim"]["claimName"].as_string() == claim.key.name ||
               (volume.has("ephemeral") &&
                pod->key.name + "-" + volume["name"].str() == claim.key.name);
      });
      if (uses) pods.push_back(pod->key.name);
    }
    if (pods.empty()) {
      events().normal(claim, "WaitForFirstConsumer",
                      "waiting for first consumer to be created before binding");
    } else {
      events().normal(claim, "WaitForPodScheduled",
                      fmt::format("waiting for {} {} to be scheduled",
                                  pods.size() == 1 ? "pod" : "pods", fmt::join(pods, ",")));
    }
  }

  // A claim of before there was a default class gets it afterwards.
  std::string default_class() const {
    std::string found;
    std::string newest;
    for (const ObjectPtr& storage : store().list(kClasses)) {
      if (!storage->view<StorageClassView>().is_default) continue;
      const std::string created = storage->document["metadata"]["creationTimestamp"].str();
      if (!found.empty() && created <= newest) continue;
      found = storage->key.name;
      newest = created;
    }
    return found;
  }

  Result<void> set_class(const StoredObject& claim, const std::string& name) {
    return check(
        api().merge_patch(
            claim.key, "",
            Value::object({{"spec", Value::object({{"storageClassName", Value(name)}})}}), user()),
        claim.key.name);
  }

  Result<void> ask_provisioner(const StoredObject& claim, const std::string& class_name,
                               const ObjectPtr& storage) {
    if (storage == nullptr) {
      events().warning(claim, "ProvisioningFailed",
                       fmt::format("storageclass.storage.k8s.io \"{}\" not found", class_name));
      return {};
    }
    const std::string driver = driver_of(storage->view<StorageClassView>().provisioner);
    if (driver.starts_with("kubernetes.io/")) {
      events().warning(claim, "ProvisioningFailed",
                       fmt::format("no volume plugin matched name: {}", driver));
      return {};
    }
    const ApiResponse response = api().merge_patch(
        claim.key, "",
        Value::object({{"metadata",
                        Value::object({{"annotations",
                                        Value::object({{std::string(kBetaProvisioner), driver},
                                                       {std::string(kProvisioner), driver}})}})}}),
        user());
    INFERLAB_TRY_VOID(check(response, claim.key.name));
    events().normal(
        *response.object, "ExternalProvisioning",
        fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or "
                    "manually by the system administrator. If volume creation is delayed, please "
                    "verify that the provisioner is running and correctly registered.",
                    driver));
    return {};
  }

  Result<void> sync_claim_with_volume(const ObjectPtr& claim, const std::string& name) {
    const ObjectPtr volume = volume_named(name);
    if (volume != nullptr) {
      const auto& has = volume->view<PersistentVolumeView>();
      if (is_bound_to(has, *claim)) return bind(volume, claim);
      if (has.claim_name.empty()) {
        const std::string why = why_unsatisfying(has, claim->view<PersistentVolumeClaimView>());
        if (why.empty()) return bind(volume, claim);
        events().warning(*claim, "VolumeMismatch",
                         fmt::format("Cannot bind to requested volume \"{}\": {}", name, why));
      } else if (!has_annotation(*claim, kBoundByController)) {
        events().warning(*claim, "FailedBinding",
                         fmt::format("volume \"{}\" already bound to a different claim.", name));
      }
    }
    queue().add_after(claim->key, kResync);
    return {};
  }

  Result<void> sync_bound_claim(const ObjectPtr& claim) {
    const auto& view = claim->view<PersistentVolumeClaimView>();
    if (view.volume_name.empty()) {
      return lose(*claim, "ClaimLost",
                  "Bound claim has lost reference to PersistentVolume. Data on the volume is "
                  "lost!");
    }
    const ObjectPtr volume = volume_named(view.volume_name);
    if (volume == nullptr) {
      return lose(*claim, "ClaimLost",
                  "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    }
    const auto& has = volume->view<PersistentVolumeView>();
    if (has.claim_name.empty() || has.claim_uid == view.meta.uid) return bind(volume, claim);
    return lose(*claim, "ClaimMisbound",
                "Two claims are bound to the same volume, this one is bound incorrectly");
  }

  Result<void> lose(const StoredObject& claim, std::string_view reason, std::string_view message) {
    if (claim.document["status"]["phase"].as_string() == "Lost") return {};
    const ApiResponse response =
        api().merge_patch(claim.key, "status",
                          Value::object({{"status", Value::object({{"accessModes", Value()},
                                                                   {"capacity", Value()},
                                                                   {"phase", "Lost"}})}}),
                          user());
    INFERLAB_TRY_VOID(check(response, claim.key.name));
    events().warning(claim, reason, message);
    return {};
  }

  // --- both

  Result<void> bind(const ObjectPtr& volume, const ObjectPtr& claim) {
    INFERLAB_TRY_VOID(point_volume_at(*volume, *claim));
    INFERLAB_TRY_VOID(set_phase(volume->key, "Bound"));
    INFERLAB_TRY_VOID(point_claim_at(*claim, volume->key.name));
    const Value& status = claim->document["status"];
    if (status["phase"].as_string() == "Bound" && !status["capacity"].empty()) return {};
    const Value& spec = volume->document["spec"];
    return check(api().merge_patch(
                     claim->key, "status",
                     Value::object({{"status", Value::object({{"accessModes", spec["accessModes"]},
                                                              {"capacity", spec["capacity"]},
                                                              {"phase", "Bound"}})}}),
                     user()),
                 claim->key.name);
  }

  Result<void> point_volume_at(const StoredObject& volume, const StoredObject& claim) {
    const auto& has = volume.view<PersistentVolumeView>();
    const Value& claim_meta = claim.document["metadata"];
    if (has.claim_uid == claim_meta["uid"].as_string()) return {};
    const Value reference = Value::object({{"apiVersion", "v1"},
                                           {"kind", "PersistentVolumeClaim"},
                                           {"name", claim_meta["name"]},
                                           {"namespace", claim_meta["namespace"]},
                                           {"resourceVersion", claim_meta["resourceVersion"]},
                                           {"uid", claim_meta["uid"]}});
    Value patch = Value::object({{"spec", Value::object({{"claimRef", reference}})}});
    // Who has reserved the volume by hand gets it back reserved when the claim goes elsewhere.
    if (has.claim_name.empty()) {
      patch = patch.with("metadata", annotation_patch(kBoundByController, "yes"));
    }
    return check(api().merge_patch(volume.key, "", std::move(patch), user()), volume.key.name);
  }

  Result<void> point_claim_at(const StoredObject& claim, const std::string& volume) {
    const bool named = claim.document["spec"]["volumeName"].as_string() == volume;
    if (named && has_annotation(claim, kBindCompleted)) return {};
    Value::Object annotations = {{std::string(kBindCompleted), "yes"}};
    Value patch = Value::object();
    if (!named) {
      annotations.push_back({std::string(kBoundByController), "yes"});
      patch = patch.with("spec", Value::object({{"volumeName", Value(volume)}}));
    }
    patch = patch.with_path({"metadata", "annotations"}, Value::object(std::move(annotations)));
    return check(api().merge_patch(claim.key, "", std::move(patch), user()), claim.key.name);
  }

  // --- volumes

  Result<void> sync_volume(const ObjectPtr& volume) {
    const auto& view = volume->view<PersistentVolumeView>();
    // One that is kept for a claim by name alone is found by that claim.
    if (view.claim_name.empty() || view.claim_uid.empty()) {
      return set_phase(volume->key, "Available");
    }
    const ObjectPtr claim =
        store().get({"persistentvolumeclaims", view.claim_namespace, view.claim_name});
    const bool same =
        claim != nullptr && claim->document["metadata"]["uid"].as_string() == view.claim_uid;
    if (!same) {
      if (view.phase != "Released" && view.phase != "Failed") {
        INFERLAB_TRY_VOID(set_phase(volume->key, "Released"));
      }
      return reclaim(*volume);
    }
    const std::string& names = claim->view<PersistentVolumeClaimView>().volume_name;
    if (names.empty()) {
      queue().add(claim->key);
      return {};
    }
    if (names == volume->key.name) return set_phase(volume->key, "Bound");
    // The claim has found another one in the meantime.
    if (has_annotation(*volume, kProvisionedBy) && view.reclaim_policy == "Delete") {
      INFERLAB_TRY_VOID(set_phase(volume->key, "Released"));
      return reclaim(*volume);
    }
    return let_go(*volume);
  }

  Result<void> let_go(const StoredObject& volume) {
    Value patch;
    if (has_annotation(volume, kBoundByController)) {
      patch = Value::object({{"metadata", annotation_patch(kBoundByController, Value())},
                             {"spec", Value::object({{"claimRef", Value()}})}});
    } else {
      const Value reference = Value::object({{"resourceVersion", Value()}, {"uid", Value()}});
      patch = Value::object({{"spec", Value::object({{"claimRef", reference}})}});
    }
    INFERLAB_TRY_VOID(
        check(api().merge_patch(volume.key, "", std::move(patch), user()), volume.key.name));
    return set_phase(volume.key, "Available");
  }

  Result<void> reclaim(const StoredObject& volume) {
    const Reclaim what = reclaim_of(volume);
    if (what.action == Reclaim::Action::kKeep) return {};
    if (what.action == Reclaim::Action::kRemove) {
      if (volume.document["metadata"].has("deletionTimestamp")) return {};
      return check(api().remove(volume.key, user()), volume.key.name);
    }
    if (volume.document["status"]["phase"].as_string() == "Failed") return {};
    INFERLAB_TRY_VOID(set_phase(volume.key, "Failed", what.why));
    events().warning(volume, what.reason, what.why);
    return {};
  }

  Result<void> set_phase(const ObjectKey& key, std::string_view phase,
                         const std::string& message = {}) {
    const ObjectPtr volume = store().get(key);
    if (volume == nullptr || volume->document["status"]["phase"].as_string() == phase) return {};
    const Value status = Value::object({{"lastPhaseTransitionTime", Value(format_rfc3339(now()))},
                                        {"message", message.empty() ? Value() : Value(message)},
                                        {"phase", Value(phase)}});
    return check(api().merge_patch(key, "status", Value::object({{"status", status}}), user()),
                 key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_volume_binder(const ControllerContext& context) {
  return std::make_unique<VolumeBinder>(context);
}

}  // namespace inferlab::sim
