// The namespace controller: empties a namespace that is being deleted, then lets it go.
// Source: Kubernetes documentation, "Namespaces"; Kubernetes API conventions, finalizers; its pace
// and what it says of its progress are those of kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/namespace_content.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kNamespaces = "namespaces";
constexpr std::string_view kWatches[] = {kNamespaces};
// It begins so much after the deletion, for the other API servers to know of it as well.
constexpr Duration kGracePeriod = 5s;
// What objects with finalizers are taken to need.
constexpr std::int64_t kFinalizerSeconds = 15;

bool is_terminating(const StoredObject& ns) {
  return !ns.document["metadata"]["deletionTimestamp"].is_null();
}

class NamespaceController final : public Controller {
 public:
  explicit NamespaceController(const ControllerContext& context)
      : Controller(context, "controller/namespace", "namespace-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type != ChangeType::kDeleted && is_terminating(*change.object))
      queue().add_after(change.object->key, kGracePeriod);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr ns = store().get(key);
    if (ns == nullptr || !is_terminating(*ns) || ns->document["spec"]["finalizers"].empty())
      return {};
    const NamespaceContent content = remove_content(*ns);
    INFERLAB_TRY_VOID(write_conditions(*ns, content));
    if (content.is_gone()) return finalize(key);
    if (!content.errors.empty()) {
      return Error{ErrorKind::kUnavailable,
                   fmt::format("{}: {}", key.name, content.errors.front())};
    }
    // Half of what is expected, and a second: not all of it may be needed.
    queue().add_after(key, seconds_capped(content.estimate_seconds / 2 + 1));
    return {};
  }

 private:
  NamespaceContent remove_content(const StoredObject& ns) {
    NamespaceContent content;
    const std::vector<std::string> resources = store().resources();
    for (const std::string& resource : resources) remove_all(ns, resource, content);
    return content;
  }

  void remove_all(const StoredObject& ns, const std::string& resource, NamespaceContent& content) {
    const std::vector<ObjectPtr> objects = store().list(resource, ns.key.name);
    if (objects.empty()) return;
    std::int64_t estimate = resource == "pods" ? graceful_seconds(ns, objects) : 0;
    for (const ObjectPtr& object : objects) {
      const Result<void> removed = remove(*object);
      if (!removed) content.errors.push_back(removed.error().message);
    }
    const std::vector<ObjectPtr> left = store().list(resource, ns.key.name);
    bool held = false;
    for (const ObjectPtr& object : left) {
      for (const Value& one : object->document["metadata"]["finalizers"].items()) {
        ++content.finalizers[one.str()];
        held = true;
      }
    }
    const bool core = resource.find('.') == std::string::npos;
    if (!left.empty())
      content.resources[core ? resource + "." : resource] = static_cast<std::int64_t>(left.size());
    if (estimate == 0 && held) {
      estimate = kFinalizerSeconds;
    } else if (estimate == 0 && !left.empty()) {
      content.errors.push_back(
          fmt::format("unexpected items still remain in namespace: {} for gvr: {}", ns.key.name,
                      type_of(resource)));
    }
    content.estimate_seconds = std::max(content.estimate_seconds, estimate);
  }

  // How long the Pods that run may take to end; zero when they have had that long already.
  std::int64_t graceful_seconds(const StoredObject& ns, const std::vector<ObjectPtr>& pods) const {
    std::int64_t longest = 0;
    for (const ObjectPtr& pod : pods) {
      if (pod->view<PodView>().terminal()) continue;
      longest = std::max(longest, pod->document["spec"]["terminationGracePeriodSeconds"].as_int());
    }
    const auto since = parse_rfc3339(ns.document["metadata"]["deletionTimestamp"].as_string());
    return now() - since.value_or(now()) >= seconds_capped(longest) ? 0 : longest;
  }

  // "apps/v1, Resource=deployments".
  std::string type_of(const std::string& resource) const {
    const Kind* kind = api().kinds().by_resource(resource);
    if (kind == nullptr) return resource;
    return fmt::format("{}/{}, Resource={}", kind->group, kind->version, kind->plural);
  }

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

  Result<void> write_conditions(const StoredObject& ns, const NamespaceContent& content) {
    const Value& old = ns.document["status"]["conditions"];
    const Value conditions = namespace_conditions(old, content, now());
    if (conditions == old) return {};
    return check(
        api().merge_patch(ns.key, "status",
                          Value::object({{"status", Value::object({{"conditions", conditions}})}}),
                          user()),
        ns.key.name);
  }

  // Takes the finalizer "kubernetes" off spec, after which the API server drops the object.
  Result<void> finalize(const ObjectKey& key) {
    const ObjectPtr ns = store().get(key);
    if (ns == nullptr) return {};
    ApiRequest request;
    request.verb = Verb::kUpdate;
    request.resource = kNamespaces;
    request.name = key.name;
    request.subresource = "finalize";
    request.user = user();
    Value::Array left = ns->document["spec"]["finalizers"].items();
    std::erase_if(left, [](const Value& one) { return one.as_string() == "kubernetes"; });
    request.body = left.empty()
                       ? ns->document.without_path({"spec", "finalizers"})
                       : ns->document.with_path({"spec", "finalizers"}, Value::array(left));
    const ApiResponse response = api().handle(request);
    return response.code == 404 && store().get(key) == nullptr ? Result<void>()
                                                               : check(response, key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_namespace_controller(const ControllerContext& context) {
  return std::make_unique<NamespaceController>(context);
}

}  // namespace inferlab::sim
