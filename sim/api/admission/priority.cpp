// Priority: a Pod's PriorityClass becomes its priority and its preemptionPolicy; one class at most
// is the default.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
#include "sim/api/admission/rules.h"
#include "sim/api/system_priorities.h"

namespace inferlab::sim::admission {
namespace {

constexpr const char* kClasses = "priorityclasses.scheduling.k8s.io";
constexpr std::string_view kPreempts = "PreemptLowerPriority";

struct Chosen {
  std::string name;
  std::int64_t value = 0;
  std::string policy = std::string(kPreempts);
};

Chosen chosen(const StoredObject& priority_class) {
  const Value& document = priority_class.document;
  return {priority_class.key.name, document["value"].as_int(),
          std::string(document["preemptionPolicy"].as_string(kPreempts))};
}

// There should be one default at most; of several the lowest counts.
Chosen default_class(const Store& store) {
  Chosen out;
  for (const ObjectPtr& one : store.list(kClasses)) {
    if (!one->document["globalDefault"].as_bool()) continue;
    if (out.name.empty() || one->document["value"].as_int() < out.value) out = chosen(*one);
  }
  return out;
}

std::optional<ApiResponse> set_pod_priority(Admission& admission) {
  const Value& spec = admission.object["spec"];
  const std::string name = spec["priorityClassName"].str();
  Chosen wanted;
  if (name.empty()) {
    wanted = default_class(admission.call.store());
  } else if (const SystemPriority* built_in = system_priority(name)) {
    wanted = {name, built_in->value};
  } else {
    const ObjectPtr found = admission.call.store().get({kClasses, "", name});
    if (found == nullptr) {
      return admission.refuse("no PriorityClass with name " + name + " was found");
    }
    wanted = chosen(*found);
  }
  const std::string from_class = " from the given PriorityClass name";
  if (spec.has("priority") && spec["priority"].as_int() != wanted.value) {
    return admission.refuse("the integer value of priority (" +
                            std::to_string(spec["priority"].as_int()) +
                            ") must not be provided in pod spec; priority admission controller "
                            "computed " +
                            std::to_string(wanted.value) + from_class);
  }
  if (spec.has("preemptionPolicy") && spec["preemptionPolicy"].as_string() != wanted.policy) {
    return admission.refuse("the string value of PreemptionPolicy (" +
                            spec["preemptionPolicy"].str() +
                            ") must not be provided in pod spec; priority admission controller "
                            "computed " +
                            wanted.policy + from_class);
  }
  Value changed =
      spec.with("priority", wanted.value).with("preemptionPolicy", Value(wanted.policy));
  if (!wanted.name.empty()) changed = changed.with("priorityClassName", Value(wanted.name));
  admission.object = admission.object.with("spec", std::move(changed));
  return std::nullopt;
}

std::optional<ApiResponse> check_only_default(const Admission& admission) {
  if (!admission.object["globalDefault"].as_bool()) return std::nullopt;
  const std::string_view name = admission.object["metadata"]["name"].as_string();
  for (const ObjectPtr& one : admission.call.store().list(kClasses)) {
    if (!one->document["globalDefault"].as_bool() || one->key.name == name) continue;
    return admission.refuse("PriorityClass " + one->key.name +
                            " is already marked as default. Only one default can exist");
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> set_priority(Admission& admission) {
  if (admission.creates_pod()) return set_pod_priority(admission);
  if (admission.is("scheduling.k8s.io", "PriorityClass")) return check_only_default(admission);
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
