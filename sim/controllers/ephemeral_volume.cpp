// The ephemeral volume controller: makes the claim behind each generic ephemeral volume of a Pod,
// owned by the Pod, so that it goes with it.
// Source: Kubernetes documentation, "Ephemeral Volumes", "Generic ephemeral volumes".
#include <fmt/format.h>

#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"pods", "persistentvolumeclaims"};

bool has_ephemeral_volumes(const Value& pod) {
  for (const Value& volume : pod["spec"]["volumes"].items()) {
    if (volume.has("ephemeral")) return true;
  }
  return false;
}

class EphemeralVolumes final : public Controller {
 public:
  explicit EphemeralVolumes(const ControllerContext& context)
      : Controller(context, "controller/ephemeral-volume", "ephemeral_volume") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    const Value& document = change.object->document;
    if (key.resource == "pods") {
      if (change.type == ChangeType::kAdded && has_ephemeral_volumes(document)) queue().add(key);
      return;
    }
    // A claim that has gone may have to be made anew.
    if (change.type != ChangeType::kDeleted) return;
    for (const Value& owner : document["metadata"]["ownerReferences"].items()) {
      if (owner["kind"].as_string() == "Pod" && owner["controller"].as_bool()) {
        queue().add({"pods", key.ns, owner["name"].str()});
      }
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr pod = store().get(key);
    if (pod == nullptr || pod->document["metadata"].has("deletionTimestamp")) return {};
    for (const Value& volume : pod->document["spec"]["volumes"].items()) {
      if (!volume.has("ephemeral")) continue;
      const std::string why = make_claim(*pod, volume);
      if (why.empty()) continue;
      const std::string name = volume["name"].str();
      events().warning(*pod, "FailedBinding", fmt::format("ephemeral volume {}: {}", name, why));
      return Error{ErrorKind::kConflict,
                   fmt::format("pod {}/{}, ephemeral volume {}: {}", key.ns, key.name, name, why)};
    }
    return {};
  }

 private:
  /// Why it could not be made; empty: it is there.
  std::string make_claim(const StoredObject& pod, const Value& volume) {
    const std::string name = pod.key.name + "-" + volume["name"].str();
    const ObjectPtr present = store().get({"persistentvolumeclaims", pod.key.ns, name});
    if (present != nullptr) {
      for (const Value& owner : present->document["metadata"]["ownerReferences"].items()) {
        const bool owns =
            owner["controller"].as_bool() && owner["uid"] == pod.document["metadata"]["uid"];
        if (owns) return {};
      }
      return fmt::format("PVC {0}/{1} was not created for pod {0}/{2} (pod is not owner)",
                         pod.key.ns, name, pod.key.name);
    }
    const Value& wanted = volume["ephemeral"]["volumeClaimTemplate"];
    Value metadata = Value::object(
        {{"name", Value(name)}, {"ownerReferences", Value::array({controller_reference(pod)})}});
    for (const char* field : {"annotations", "labels"}) {
      if (!wanted["metadata"][field].empty()) {
        metadata = metadata.with(field, wanted["metadata"][field]);
      }
    }
    const ApiResponse made = api().create("persistentvolumeclaims", pod.key.ns,
                                          Value::object({{"apiVersion", "v1"},
                                                         {"kind", "PersistentVolumeClaim"},
                                                         {"metadata", metadata},
                                                         {"spec", wanted["spec"]}}),
                                          user());
    return made.ok() ? std::string() : fmt::format("create PVC {}: {}", name, made.message());
  }
};

}  // namespace

std::unique_ptr<Controller> make_ephemeral_volume_controller(const ControllerContext& context) {
  return std::make_unique<EphemeralVolumes>(context);
}

}  // namespace inferlab::sim
