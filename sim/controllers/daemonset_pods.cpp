#include "sim/controllers/daemonset_pods.h"

#include <algorithm>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"
#include "sim/controllers/daemonset_view.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "metadata.name";

Value toleration(const char* key, const char* effect) {
  return Value::object({{"key", key}, {"operator", "Exists"}, {"effect", effect}});
}

// In the place of one that tolerates the same for a while only, or at the end.
Value with_toleration(const Value& tolerations, const Value& wanted) {
  Value::Array out;
  bool placed = false;
  for (const Value& one : tolerations.items()) {
    const bool same = one["key"] == wanted["key"] && one["effect"] == wanted["effect"] &&
                      one["operator"] == wanted["operator"] && one["value"].empty();
    out.push_back(same ? wanted : one);
    placed = placed || same;
  }
  if (!placed) out.push_back(wanted);
  return Value::array(std::move(out));
}

// Any other required affinity is replaced: the controller has looked at it already.
Value with_target(const Value& pod_spec, const std::string& node) {
  const Value field =
      Value::object({{"key", kName}, {"operator", "In"}, {"values", Value::array({Value(node)})}});
  const Value term = Value::object({{"matchFields", Value::array({field})}});
  return pod_spec.with_path(
      {"affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"},
      Value::object({{"nodeSelectorTerms", Value::array({term})}}));
}

}  // namespace

Value with_daemon_tolerations(const Value& pod_spec) {
  Value tolerations = pod_spec["tolerations"];
  const auto add = [&tolerations](const char* key, const char* effect) {
    tolerations = with_toleration(tolerations, toleration(key, effect));
  };
  add("node.kubernetes.io/not-ready", "NoExecute");
  add("node.kubernetes.io/unreachable", "NoExecute");
  add("node.kubernetes.io/disk-pressure", "NoSchedule");
  add("node.kubernetes.io/memory-pressure", "NoSchedule");
  add("node.kubernetes.io/pid-pressure", "NoSchedule");
  add("node.kubernetes.io/unschedulable", "NoSchedule");
  if (pod_spec["hostNetwork"].as_bool()) {
    add("node.kubernetes.io/network-unavailable", "NoSchedule");
  }
  return pod_spec.with("tolerations", tolerations);
}

Value daemon_pod(const StoredObject& set, const std::string& hash, const std::string& node) {
  const DaemonSetView& view = set.view<DaemonSetView>();
  const Value& from = view.pod_template["metadata"];
  Value labels = from["labels"].with(kRevisionLabel, hash);
  if (!view.template_generation.empty()) {
    labels = labels.with(kTemplateGenerationLabel, view.template_generation);
  }
  Value metadata = Value::object({{"generateName", set.key.name + "-"},
                                  {"namespace", set.key.ns},
                                  {"labels", labels},
                                  {"ownerReferences", Value::array({controller_reference(set)})}});
  for (const char* field : {"annotations", "finalizers"}) {
    if (!from[field].empty()) metadata = metadata.with(field, from[field]);
  }
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Pod"},
                        {"metadata", metadata},
                        {"spec", with_target(view.pod_template["spec"], node)}});
}

std::string target_node(const StoredObject& pod) {
  const Value& spec = pod.document["spec"];
  if (!spec["nodeName"].empty()) return spec["nodeName"].str();
  const Value& required =
      spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  for (const Value& term : required["nodeSelectorTerms"].items()) {
    for (const Value& field : term["matchFields"].items()) {
      const bool names_one = field["key"].as_string() == kName &&
                             field["operator"].as_string() == "In" && field["values"].size() == 1;
      if (names_one) return field["values"][std::size_t{0}].str();
    }
  }
  return {};
}

bool is_of_version(const StoredObject& set, const StoredObject& pod, std::string_view hash) {
  const std::string& generation = set.view<DaemonSetView>().template_generation;
  return (!hash.empty() && label_of(pod, kRevisionLabel) == hash) ||
         (!generation.empty() && label_of(pod, kTemplateGenerationLabel) == generation);
}

void sort_by_age(std::vector<ObjectPtr>& pods) {
  std::sort(pods.begin(), pods.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
    const PodView& x = a->view<PodView>();
    const PodView& y = b->view<PodView>();
    if (x.node_name.empty() != y.node_name.empty()) return y.node_name.empty();
    return x.meta.created != y.meta.created ? x.meta.created < y.meta.created
                                            : x.meta.name < y.meta.name;
  });
}

}  // namespace inferlab::sim
