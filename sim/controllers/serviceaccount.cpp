// The ServiceAccount controller: every namespace has a ServiceAccount "default".
// Source: Kubernetes documentation, "Managing Service Accounts".
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"namespaces", "serviceaccounts"};

class ServiceAccountController final : public Controller {
 public:
  explicit ServiceAccountController(const ControllerContext& context)
      : Controller(context, "controller/serviceaccount", "service-account-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "namespaces") {
      if (change.type == ChangeType::kAdded) queue().add(key);
    } else if (change.type == ChangeType::kDeleted && key.name == "default") {
      queue().add({"namespaces", "", key.ns});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr ns = store().get(key);
    if (ns == nullptr || !ns->document["metadata"]["deletionTimestamp"].is_null()) return {};
    if (store().get({"serviceaccounts", key.name, "default"}) != nullptr) return {};
    const Value body = Value::object(
        {{"apiVersion", "v1"},
         {"kind", "ServiceAccount"},
         {"metadata", Value::object({{"name", "default"}, {"namespace", key.name}})}});
    return check(api().create("serviceaccounts", key.name, body, user()), key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_serviceaccount_controller(const ControllerContext& context) {
  return std::make_unique<ServiceAccountController>(context);
}

}  // namespace inferlab::sim
