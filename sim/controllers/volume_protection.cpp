// The volume protection controllers: a claim that Pods use, and a volume that is bound, are deleted
// only once they are free.
// Source: Kubernetes documentation, "Persistent Volumes", "Storage Object in Use Protection".
#include <algorithm>

#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"persistentvolumeclaims", "persistentvolumes", "pods"};
constexpr std::string_view kClaimFinalizer = "kubernetes.io/pvc-protection";
constexpr std::string_view kVolumeFinalizer = "kubernetes.io/pv-protection";

bool is_claims(const ObjectKey& key) {
  return key.resource == "persistentvolumeclaims";
}

std::string_view finalizer_of(const ObjectKey& key) {
  return is_claims(key) ? kClaimFinalizer : kVolumeFinalizer;
}

/// Deleted, but held by this controller's finalizer.
bool waits(const StoredObject& object) {
  const Value& meta = object.document["metadata"];
  if (!meta.has("deletionTimestamp")) return false;
  const Value::Array& finalizers = meta["finalizers"].items();
  return std::any_of(finalizers.begin(), finalizers.end(),
                     [&](const Value& one) { return one.as_string() == finalizer_of(object.key); });
}

bool is_over(const Value& pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

/// The claim that a volume of a Pod stands for; an ephemeral one is named after both.
std::string claim_name(const Value& pod, const Value& volume) {
  if (volume.has("ephemeral")) return pod["metadata"]["name"].str() + "-" + volume["name"].str();
  return volume["persistentVolumeClaim"]["claimName"].str();
}

class VolumeProtection final : public Controller {
 public:
  explicit VolumeProtection(const ControllerContext& context)
      : Controller(context, "controller/volume-protection", "volume-protection-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource != "pods") {
      if (change.type != ChangeType::kDeleted && waits(*change.object)) queue().add(key);
      return;
    }
    const Value& pod = change.object->document;
    if (change.type != ChangeType::kDeleted && !is_over(pod)) return;
    for (const Value& volume : pod["spec"]["volumes"].items()) {
      const ObjectKey claim{"persistentvolumeclaims", key.ns, claim_name(pod, volume)};
      const ObjectPtr found = claim.name.empty() ? nullptr : store().get(claim);
      if (found != nullptr && waits(*found)) queue().add(claim);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr || !waits(*object)) return {};
    const bool used =
        is_claims(key) ? is_used(key) : object->document["status"]["phase"].as_string() == "Bound";
    if (used) return {};
    Value::Array kept;
    for (const Value& one : object->document["metadata"]["finalizers"].items()) {
      if (one.as_string() != finalizer_of(key)) kept.push_back(one);
    }
    const Value body = kept.empty() ? object->document.without_path({"metadata", "finalizers"})
                                    : object->document.with_path({"metadata", "finalizers"},
                                                                 Value::array(std::move(kept)));
    const ApiResponse response = api().update(key.resource, body, user());
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

 private:
  /// A Pod that has no node yet does not count: the kubelet refuses claims that are being deleted.
  bool is_used(const ObjectKey& claim) const {
    for (const ObjectPtr& one : store().list("pods", claim.ns)) {
      const Value& pod = one->document;
      if (pod["spec"]["nodeName"].empty() || is_over(pod)) continue;
      for (const Value& volume : pod["spec"]["volumes"].items()) {
        if (claim_name(pod, volume) == claim.name) return true;
      }
    }
    return false;
  }
};

}  // namespace

std::unique_ptr<Controller> make_volume_protection_controller(const ControllerContext& context) {
  return std::make_unique<VolumeProtection>(context);
}

}  // namespace inferlab::sim
