// The root CA publisher: every namespace has a ConfigMap "kube-root-ca.crt" with the certificate
// that Pods know the API server by. Source: Kubernetes documentation, "Managing Service Accounts".
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"namespaces", "configmaps"};
constexpr std::string_view kName = "kube-root-ca.crt";

class RootCaPublisher final : public Controller {
 public:
  explicit RootCaPublisher(const ControllerContext& context)
      : Controller(context, "controller/root-ca-publisher", "root-ca-cert-publisher") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "namespaces") {
      if (change.type == ChangeType::kAdded) queue().add(key);
    } else if (key.name == kName && change.type != ChangeType::kAdded) {
      queue().add({"namespaces", "", key.ns});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr ns = store().get(key);
    if (ns == nullptr || !ns->document["metadata"]["deletionTimestamp"].is_null()) return {};
    const Value data = Value::object({{"ca.crt", config().root_ca}});
    const ObjectPtr present = store().get({"configmaps", key.name, std::string(kName)});
    if (present != nullptr) {
      if (present->document["data"] == data) return {};
      return check(api().update("configmaps", present->document.with("data", data), user()),
                   key.name);
    }
    const Value body =
        Value::object({{"apiVersion", "v1"},
                       {"kind", "ConfigMap"},
                       {"metadata", Value::object({{"name", kName}, {"namespace", key.name}})},
                       {"data", data}});
    return check(api().create("configmaps", key.name, body, user()), key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_root_ca_publisher(const ControllerContext& context) {
  return std::make_unique<RootCaPublisher>(context);
}

}  // namespace inferlab::sim
