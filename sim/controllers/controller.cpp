#include "sim/controllers/controller.h"

#include <fmt/format.h>

namespace inferlab::sim {
namespace {

// kube-controller-manager gives every controller a service account of its own. Most are named as
// the component that signs their Events; these are not.
// Source: Kubernetes documentation, "Using RBAC Authorization", "Roles for built-in controllers".
struct Account {
  std::string_view component, name;
};
constexpr Account kAccounts[] = {
    {"controllermanager", "disruption-controller"},
    {"daemonset-controller", "daemon-set-controller"},
    {"ephemeral_volume", "ephemeral-volume-controller"},
    {"garbage-collector-controller", "generic-garbage-collector"},
    {"persistentvolume-controller", "persistent-volume-binder"},
    {"rollouts-controller", "argo-rollouts"},
    {"taint-eviction-controller", "node-controller"},
    {"volume-protection-controller", "pvc-protection-controller"},
    {"volume_expand", "expand-controller"},
};

std::string_view account_of(std::string_view component) {
  for (const Account& account : kAccounts) {
    if (account.component == component) return account.name;
  }
  return component;
}

// Argo's controllers are no part of the control plane.
std::string_view namespace_of(std::string_view component) {
  if (component == "argocd-application-controller") return "argocd";
  return component == "rollouts-controller" ? "argo-rollouts" : "kube-system";
}

}  // namespace

Controller::Controller(const ControllerContext& context, const char* label, std::string component)
    : context_(context),
      user_(fmt::format("system:serviceaccount:{}:{}", namespace_of(component),
                        account_of(component))),
      events_(context.api, std::move(component), {}, EventRecorder::Repeats::kCorrelated, user_),
      queue_(context.api.simulation(), label, [this](const ObjectKey& key) { work(key); }) {}

void Controller::work(const ObjectKey& key) {
  if (reconcile(key)) {
    queue_.forget(key);
  } else {
    queue_.add_rate_limited(key);
  }
}

Result<void> accepted(const ApiResponse& response, std::string_view what) {
  if (response.ok()) return {};
  const ErrorKind kind = response.code == 404   ? ErrorKind::kNotFound
                         : response.code == 409 ? ErrorKind::kConflict
                                                : ErrorKind::kInvalid;
  return Error{kind, fmt::format("{}: {}", what, response.message())};
}

ObjectPtr controlling_owner(const Store& store, const StoredObject& object, std::string_view kind,
                            std::string_view resource) {
  for (const Value& owner : object.document["metadata"]["ownerReferences"].items()) {
    if (!owner["controller"].as_bool() || owner["kind"].as_string() != kind) continue;
    ObjectPtr found = store.get({std::string(resource), object.key.ns, owner["name"].str()});
    if (found == nullptr) return nullptr;
    const bool same = found->document["metadata"]["uid"] == owner["uid"];
    return same ? found : nullptr;
  }
  return nullptr;
}

Value controller_reference(const StoredObject& owner) {
  const Value& document = owner.document;
  return Value::object({{"apiVersion", document["apiVersion"]},
                        {"kind", document["kind"]},
                        {"name", document["metadata"]["name"]},
                        {"uid", document["metadata"]["uid"]},
                        {"controller", true},
                        {"blockOwnerDeletion", true}});
}

}  // namespace inferlab::sim
