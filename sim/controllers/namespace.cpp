// The namespace controller: empties a namespace that is being deleted, then lets it go.
// Source: Kubernetes documentation, "Namespaces"; Kubernetes API conventions, finalizers.
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"*"};

bool is_terminating(const StoredObject& ns) {
  return !ns.document["metadata"]["deletionTimestamp"].is_null();
}

class NamespaceController final : public Controller {
 public:
  explicit NamespaceController(const ControllerContext& context)
      : Controller(context, "controller/namespace", "namespace-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "namespaces") {
      if (change.type != ChangeType::kDeleted && is_terminating(*change.object)) queue().add(key);
      return;
    }
    // The last object to go may be the one that the namespace waits for.
    if (key.ns.empty() || change.type != ChangeType::kDeleted) return;
    const ObjectKey own{"namespaces", "", key.ns};
    const ObjectPtr ns = store().get(own);
    if (ns != nullptr && is_terminating(*ns)) queue().add(own);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr ns = store().get(key);
    if (ns == nullptr || !is_terminating(*ns)) return {};
    bool empty = true;
    for (const std::string& resource : store().resources()) {
      const std::vector<ObjectPtr> objects = store().list(resource, key.name);
      for (const ObjectPtr& object : objects) INFERLAB_TRY_VOID(remove(*object));
      if (!store().list(resource, key.name).empty()) empty = false;
    }
    return empty ? finalize(*ns) : Result<void>();
  }

 private:
  Result<void> remove(const StoredObject& object) {
    if (!object.document["metadata"]["deletionTimestamp"].is_null()) return {};
    ApiRequest request;
    request.verb = Verb::kDelete;
    request.resource = object.key.resource;
    request.ns = object.key.ns;
    request.name = object.key.name;
    request.user = user();
    request.propagation = Propagation::kBackground;
    const ApiResponse response = api().handle(request);
    return response.code == 404 ? Result<void>() : check(response, object.key.name);
  }

  // Takes the finalizer "kubernetes" off spec, after which the API server drops the object.
  Result<void> finalize(const StoredObject& ns) {
    ApiRequest request;
    request.verb = Verb::kUpdate;
    request.resource = "namespaces";
    request.name = ns.key.name;
    request.subresource = "finalize";
    request.user = user();
    request.body = ns.document.without_path({"spec", "finalizers"});
    const ApiResponse response = api().handle(request);
    return response.code == 404 && store().get(ns.key) == nullptr ? Result<void>()
                                                                  : check(response, ns.key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_namespace_controller(const ControllerContext& context) {
  return std::make_unique<NamespaceController>(context);
}

}  // namespace inferlab::sim
