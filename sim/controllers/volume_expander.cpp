// The PersistentVolume expander of the controller manager: of a claim that wants to grow it says
// that somebody else has to see to that. The drivers it once grew volumes for itself are gone.
// Source: Kubernetes documentation, "Persistent Volumes", "Expanding Persistent Volumes Claims";
// kube-controller-manager 1.32, pkg/controller/volume/expand.
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/volume_growth.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"persistentvolumeclaims"};

class VolumeExpander final : public Controller {
 public:
  explicit VolumeExpander(const ControllerContext& context)
      : Controller(context, "controller/volume-expand", "volume_expand") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type != ChangeType::kModified) return;
    const auto& claim = *change.object;
    const bool grew = requested_storage(claim) > requested_storage(*change.previous);
    if (grew && wants_to_grow(claim)) queue().add(claim.key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr claim = store().get(key);
    if (claim == nullptr || !wants_to_grow(*claim)) return {};
    events().normal(*claim, "ExternalExpanding",
                    "waiting for an external controller to expand this PVC");
    return {};
  }
};

}  // namespace

std::unique_ptr<Controller> make_volume_expander(const ControllerContext& context) {
  return std::make_unique<VolumeExpander>(context);
}

}  // namespace inferlab::sim
