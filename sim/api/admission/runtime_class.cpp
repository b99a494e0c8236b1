// RuntimeClass: what a RuntimeClass costs, and where it is found, is part of every Pod that names
// it. Source: Kubernetes documentation, "Runtime Class", "Pod Overhead".
#include <algorithm>

#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> set_runtime_class(Admission& admission) {
  if (!admission.creates_pod()) return std::nullopt;
  Value spec = admission.object["spec"];
  const std::string name = spec["runtimeClassName"].str();
  const ObjectPtr found =
      name.empty() ? nullptr : admission.call.store().get({"runtimeclasses.node.k8s.io", "", name});
  if (!name.empty() && found == nullptr)
    return admission.refuse("pod rejected: RuntimeClass \"" + name + "\" not found");
  const Value runtime = found != nullptr ? found->document : Value();
  const Value& overhead = runtime["overhead"]["podFixed"];
  if (!spec["overhead"].empty() && spec["overhead"] != overhead) {
    return admission.refuse(
        overhead.empty()
            ? "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
            : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  if (!overhead.empty()) spec = spec.with("overhead", overhead);
  const Value& scheduling = runtime["scheduling"];
  for (const Value::Member& label : scheduling["nodeSelector"].members()) {
    const Value& had = spec["nodeSelector"][label.key];
    if (!had.is_null() && had != label.value) {
      return admission.refuse("conflict: runtimeClass.scheduling.nodeSelector[" + label.key +
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
  admission.object = admission.object.with("spec", std::move(spec));
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
