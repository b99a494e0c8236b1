// DefaultBinder: writes the decision down through the API's binding.
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class DefaultBinder final : public Plugin {
 public:
  std::string_view name() const override { return "DefaultBinder"; }

  Status bind(Api& api, const PodInfo& pod, std::string_view node) const override {
    const ApiResponse response =
        api.bind(pod.object->key.ns, pod.object->key.name, node, "system:kube-scheduler");
    if (response.ok()) return Status::success();
    return Status::error(std::string(response.message()));
  }
};

}  // namespace

std::unique_ptr<Plugin> make_default_binder(const SchedulerProfile& /*profile*/) {
  return std::make_unique<DefaultBinder>();
}

}  // namespace inferlab::sim
