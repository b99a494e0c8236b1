#include "sim/api/admission.h"

#include <algorithm>

#include "sim/api/object_admission.h"
#include "sim/api/service_addresses.h"
#include "sim/api/status.h"
#include "sim/api/system_priorities.h"

namespace inferlab::sim {
namespace {

std::optional<ApiResponse> namespace_lifecycle(Call& call) {
  const std::string& ns = call.request.ns;
  if (!call.kind.namespaced) return std::nullopt;
  const ObjectPtr found = call.store().get({"namespaces", "", ns});
  if (found == nullptr) return not_found("namespaces", ns);
  if (found->document["metadata"].has("deletionTimestamp")) {
    ApiResponse refused = forbidden(
        call.resource(), call.request.body["metadata"]["name"].as_string(),
        "unable to create new content in namespace " + ns + " because it is being terminated");
    return refused;
  }
  return std::nullopt;
}

// Pods leave a node that fails or falls silent after five minutes, unless they say otherwise.
// Source: Kubernetes documentation, "Taints and Tolerations", "Taint based Evictions".
void add_default_tolerations(Value& spec) {
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    const Value::Array& all = spec["tolerations"].items();
    const bool tolerated = std::any_of(all.begin(), all.end(), [key](const Value& toleration) {
      const bool effect =
          toleration["effect"].empty() || toleration["effect"].as_string() == "NoExecute";
      const bool names_key = toleration["key"].empty() || toleration["key"].as_string() == key;
      return effect && names_key;
    });
    if (tolerated) continue;
    spec = spec.with("tolerations",
                     spec["tolerations"].appended(Value::object({{"effect", "NoExecute"},
                                                                 {"key", key},
                                                                 {"operator", "Exists"},
                                                                 {"tolerationSeconds", 300}})));
  }
}

// Source: Kubernetes documentation, "Pod Priority and Preemption".
std::optional<ApiResponse> set_priority(Call& call, const Value& object, Value& spec) {
  const std::string name = spec["priorityClassName"].str();
  std::int64_t priority = 0;
  std::string policy = "PreemptLowerPriority";
  std::string class_name = name;
  if (name.empty()) {
    // There should be one default at most; of several the lowest counts.
    for (const ObjectPtr& one : call.store().list("priorityclasses.scheduling.k8s.io")) {
      const std::int64_t value = one->document["value"].as_int();
      const bool lower = class_name.empty() || value < priority;
      if (!one->document["globalDefault"].as_bool() || !lower) continue;
      class_name = one->key.name;
      priority = value;
      policy = std::string(one->document["preemptionPolicy"].as_string("PreemptLowerPriority"));
    }
  } else if (const SystemPriority* built_in = system_priority(name)) {
    priority = built_in->value;
  } else {
    const ObjectPtr found = call.store().get({"priorityclasses.scheduling.k8s.io", "", name});
    if (found == nullptr) {
      return forbidden(call.resource(), object["metadata"]["name"].as_string(),
                       "no PriorityClass with name " + name + " was found");
    }
    priority = found->document["value"].as_int();
    policy = std::string(found->document["preemptionPolicy"].as_string(policy));
  }
  if (spec.has("priority") && spec["priority"].as_int() != priority) {
    return forbidden(
        call.resource(), object["metadata"]["name"].as_string(),
        "the integer value of priority (" + std::to_string(spec["priority"].as_int()) +
            ") must not be provided in pod spec; priority admission controller computed " +
            std::to_string(priority) + " from the given PriorityClass name");
  }
  if (spec.has("preemptionPolicy") && spec["preemptionPolicy"].as_string() != policy) {
    return forbidden(
        call.resource(), object["metadata"]["name"].as_string(),
        "the string value of PreemptionPolicy (" + spec["preemptionPolicy"].str() +
            ") must not be provided in pod spec; priority admission controller computed " + policy +
            " from the given PriorityClass name");
  }
  if (!class_name.empty() && name.empty()) spec = spec.with("priorityClassName", Value(class_name));
  spec = spec.with("priority", priority).with("preemptionPolicy", Value(policy));
  return std::nullopt;
}

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

std::optional<ApiResponse> set_service_account(Call& call, const Value& object, Value& spec) {
  if (spec["serviceAccountName"].empty()) {
    spec = spec.with("serviceAccount", "default").with("serviceAccountName", "default");
  }
  const std::string account = spec["serviceAccountName"].str();
  const ObjectPtr found = call.store().get({"serviceaccounts", call.request.ns, account});
  if (found == nullptr) {
    // A namespace gets its default account a moment after it is made; a Pod need not wait for it.
    if (account == "default") return std::nullopt;
    return forbidden(call.resource(), object["metadata"]["name"].as_string(),
                     "error looking up service account " + call.request.ns + "/" + account +
                         ": serviceaccount \"" + account + "\" not found");
  }
  if (spec["imagePullSecrets"].empty() && !found->document["imagePullSecrets"].empty()) {
    spec = spec.with("imagePullSecrets", found->document["imagePullSecrets"]);
  }
  const Value& wish = spec.has("automountServiceAccountToken")
                          ? spec["automountServiceAccountToken"]
                          : found->document["automountServiceAccountToken"];
  if (!wish.as_bool(true)) return std::nullopt;
  const std::string volume = "kube-api-access-" + call.api.name_suffix();
  bool mounted = false;
  for (const char* list : {"initContainers", "containers"}) {
    Value::Array containers = spec[list].items();
    if (containers.empty()) continue;
    for (Value& container : containers) {
      const Value::Array& mounts = container["volumeMounts"].items();
      if (std::any_of(mounts.begin(), mounts.end(), [](const Value& mount) {
            return mount["mountPath"].as_string() == kTokenPath;
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
  if (mounted) spec = spec.with("volumes", spec["volumes"].appended(token_volume(volume)));
  return std::nullopt;
}

// What a RuntimeClass costs, and where it is found, is part of every Pod that names it.
// Source: Kubernetes documentation, "Runtime Class", "Pod Overhead".
std::optional<ApiResponse> set_runtime_class(Call& call, const Value& object, Value& spec) {
  const auto refuse = [&](const std::string& why) {
    return forbidden(call.resource(), object["metadata"]["name"].as_string(), why);
  };
  const std::string name = spec["runtimeClassName"].str();
  const ObjectPtr found =
      name.empty() ? nullptr : call.store().get({"runtimeclasses.node.k8s.io", "", name});
  if (!name.empty() && found == nullptr)
    return refuse("pod rejected: RuntimeClass \"" + name + "\" not found");
  const Value runtime = found != nullptr ? found->document : Value();
  const Value& overhead = runtime["overhead"]["podFixed"];
  if (!spec["overhead"].empty() && spec["overhead"] != overhead) {
    return refuse(overhead.empty()
                      ? "pod rejected: Pod Overhead set without corresponding RuntimeClass defined "
                        "Overhead"
                      : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined "
                        "Overhead");
  }
  if (!overhead.empty()) spec = spec.with("overhead", overhead);
  const Value& scheduling = runtime["scheduling"];
  for (const Value::Member& label : scheduling["nodeSelector"].members()) {
    const Value& had = spec["nodeSelector"][label.key];
    if (!had.is_null() && had != label.value) {
      return refuse("conflict: runtimeClass.scheduling.nodeSelector[" + label.key +
                    "] = " + label.value.str() + "; pod.spec.nodeSelector[" + label.key +
                    "] = " + had.str());
    }
    spec = spec.with_path({"nodeSelector", label.key}, label.value);
  }
  for (const Value& toleration : scheduling["tolerations"].items()) {
    const Value::Array& all = spec["tolerations"].items();
    if (std::find(all.begin(), all.end(), toleration) == all.end())
      spec = spec.with("tolerations", spec["tolerations"].appended(toleration));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> admit(Call& call, Value& object, const Value& old) {
  const bool creates = old.is_null();
  if (creates) {
    if (auto refused = namespace_lifecycle(call)) return refused;
  }
  if (call.kind.kind == "Pod" && creates) {
    Value spec = object["spec"];
    if (auto refused = set_service_account(call, object, spec)) return refused;
    add_default_tolerations(spec);
    if (auto refused = set_priority(call, object, spec)) return refused;
    if (auto refused = set_runtime_class(call, object, spec)) return refused;
    object = object.with("spec", std::move(spec));
  }
  if (call.kind.kind == "Service") return allocate_service(call, object, old);
  return admit_objects(call, object, old);
}

}  // namespace inferlab::sim
