// ServiceAccount: a Pod speaks to the API as some account, with a token that is mounted into it.
// Source: Kubernetes documentation, "Configure Service Accounts for Pods".
#include <algorithm>

#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {
namespace {

constexpr std::string_view kTokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

// The volume through which a Pod talks to the API.
Value token_volume(const std::string& name) {
  const Value root_ca = Value::object(
      {{"configMap",
        Value::object(
            {{"items", Value::array({Value::object({{"key", "ca.crt"}, {"path", "ca.crt"}})})},
             {"name", "kube-root-ca.crt"}})}});
  const Value token = Value::object(
      {{"serviceAccountToken", Value::object({{"expirationSeconds", 3607}, {"path", "token"}})}});
  const Value ns = Value::object(
      {{"downwardAPI",
        Value::object(
            {{"items", Value::array({Value::object(
                           {{"fieldRef", Value::object({{"apiVersion", "v1"},
                                                        {"fieldPath", "metadata.namespace"}})},
                            {"path", "namespace"}})})}})}});
  return Value::object(
      {{"name", Value(name)},
       {"projected",
        Value::object({{"defaultMode", 0644}, {"sources", Value::array({token, root_ca, ns})}})}});
}

// Into every container that has nothing there yet. False: into none.
bool mount(Value& spec, const std::string& volume) {
  bool mounted = false;
  for (const char* list : {"initContainers", "containers"}) {
    Value::Array containers = spec[list].items();
    if (containers.empty()) continue;
    for (Value& container : containers) {
      const Value::Array& mounts = container["volumeMounts"].items();
      if (std::any_of(mounts.begin(), mounts.end(), [](const Value& one) {
            return one["mountPath"].as_string() == kTokenPath;
          })) {
        continue;
      }
      mounted = true;
      container = container.with(
          "volumeMounts",
          container["volumeMounts"].appended(Value::object(
              {{"mountPath", Value(kTokenPath)}, {"name", Value(volume)}, {"readOnly", true}})));
    }
    spec = spec.with(list, Value::array(std::move(containers)));
  }
  return mounted;
}

}  // namespace

std::optional<ApiResponse> set_service_account(Admission& admission) {
  if (!admission.creates_pod()) return std::nullopt;
  Call& call = admission.call;
  Value spec = admission.object["spec"];
  if (spec["serviceAccountName"].empty()) {
    spec = spec.with("serviceAccount", "default").with("serviceAccountName", "default");
    admission.object = admission.object.with("spec", spec);
  }
  const std::string account = spec["serviceAccountName"].str();
  const ObjectPtr found = call.store().get({"serviceaccounts", call.request.ns, account});
  if (found == nullptr) {
    // A namespace gets its default account a moment after it is made; a Pod need not wait for it.
    if (account == "default") return std::nullopt;
    return admission.refuse("error looking up service account " + call.request.ns + "/" + account +
                            ": serviceaccount \"" + account + "\" not found");
  }
  if (spec["imagePullSecrets"].empty() && !found->document["imagePullSecrets"].empty()) {
    spec = spec.with("imagePullSecrets", found->document["imagePullSecrets"]);
  }
  const Value& wish = spec.has("automountServiceAccountToken")
                          ? spec["automountServiceAccountToken"]
                          : found->document["automountServiceAccountToken"];
  if (wish.as_bool(true)) {
    const std::string volume = "kube-api-access-" + call.api.name_suffix();
    if (mount(spec, volume))
      spec = spec.with("volumes", spec["volumes"].appended(token_volume(volume)));
  }
  admission.object = admission.object.with("spec", std::move(spec));
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
