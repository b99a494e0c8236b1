#include "sim/api/warnings.h"

#include <algorithm>

#include "sim/api/pod_warnings.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

using Warnings = std::vector<std::string>;

// One row for each kind that there is something to say of. "" as the path of the Pods: the object
// itself; null: none. `names`: where the object's name turns up; null: nowhere.
struct Row {
  std::string_view kind;
  const char* pods;
  const char* names;
  void (*more)(const Value& object, const Value& old, Warnings& out);
};

void annotation(const Value& object, const char* key, const char* remark, Warnings& out) {
  if (object["metadata"]["annotations"].has(key)) {
    out.push_back("metadata.annotations[" + std::string(key) + "]: " + remark);
  }
}

constexpr const char* kClassAnnotation = "volume.beta.kubernetes.io/storage-class";
constexpr const char* kUseClassName =
    "deprecated since v1.8; use \"storageClassName\" attribute instead";

void claim_amounts(const Value& spec, const std::string& path, Warnings& out) {
  for (const char* kind : {"requests", "limits"}) {
    add_fraction_warning(spec["resources"][kind], "storage", path + ".resources." + kind, out);
  }
}

void of_claim(const Value& object, const Value& /*old*/, Warnings& out) {
  annotation(object, kClassAnnotation, kUseClassName, out);
  claim_amounts(object["spec"], "spec", out);
}

void of_volume(const Value& object, const Value& /*old*/, Warnings& out) {
  const Value& spec = object["spec"];
  annotation(object, kClassAnnotation, kUseClassName, out);
  annotation(object, "volume.beta.kubernetes.io/mount-options",
             "deprecated since v1.31; use \"mountOptions\" attribute instead", out);
  if (spec["persistentVolumeReclaimPolicy"].as_string() == "Recycle") {
    out.emplace_back(
        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, "
        "the recommended approach is to use dynamic provisioning.");
  }
  std::size_t index = 0;
  for (const Value& term : spec["nodeAffinity"]["required"]["nodeSelectorTerms"].items()) {
    add_node_term_warnings(
        term, "spec.nodeAffinity.required.nodeSelectorTerms[" + std::to_string(index++) + "]", out);
  }
  constexpr const char* kOld[][2] = {
      {"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
      {"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
      {"storageos", "deprecated in v1.22, non-functional in v1.25+"},
      {"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
      {"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
      {"rbd", "deprecated in v1.28, non-functional in v1.31+"}};
  for (const auto& old : kOld) {
    if (spec.has(old[0])) out.push_back("spec." + std::string(old[0]) + ": " + old[1]);
  }
}

void of_storage_class(const Value& object, const Value& /*old*/, Warnings& out) {
  std::size_t term_index = 0;
  for (const Value& term : object["allowedTopologies"].items()) {
    const std::string place = "allowedTopologies[" + std::to_string(term_index++) + "]";
    std::size_t index = 0;
    for (const Value& expression : term["matchLabelExpressions"].items()) {
      const std::string key = expression["key"].str();
      const auto remark = node_label_out_of_use(key);
      if (!remark.empty()) {
        out.push_back(place + ".matchLabelExpressions[" + std::to_string(index) + "].key: " + key +
                      " is " + std::string(remark));
      }
      ++index;
    }
  }
}

void of_ingress(const Value& object, const Value& old, Warnings& out) {
  if (!old.is_null() || object["spec"].has("ingressClassName") ||
      !object["metadata"]["annotations"].has("kubernetes.io/ingress.class")) {
    return;
  }
  out.emplace_back(
      "annotation \"kubernetes.io/ingress.class\" is deprecated, please use "
      "'spec.ingressClassName' instead");
}

void of_job(const Value& object, const Value& old, Warnings& out) {
  const Value& spec = object["spec"];
  constexpr std::int64_t kMany = 100'000;
  constexpr std::int64_t kManyAtOnce = 10'000;
  if (old.is_null() && spec["completionMode"].as_string() == "Indexed" &&
      spec["completions"].as_int() > kMany && spec["parallelism"].as_int() > kManyAtOnce) {
    out.emplace_back(
        "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher "
        "than 10^4, Kubernetes might not be able to track completedIndexes when a big number of "
        "indexes fail");
  }
}

void of_cron_job(const Value& object, const Value& /*old*/, Warnings& out) {
  if (object["spec"]["schedule"].as_string().find("TZ") != std::string_view::npos) {
    out.emplace_back(
        "CRON_TZ or TZ used in spec.schedule is not officially supported, see "
        "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details");
  }
}

void of_stateful_set(const Value& object, const Value& old, Warnings& out) {
  const Value& spec = object["spec"];
  if (old.is_null()) {
    std::size_t index = 0;
    for (const Value& claim : spec["volumeClaimTemplates"].items()) {
      claim_amounts(claim["spec"], "spec.volumeClaimTemplates[" + std::to_string(index++) + "]",
                    out);
    }
  }
  if (spec["revisionHistoryLimit"].as_int() < 0) {
    out.emplace_back(
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= "
        "0 is recommended");
  }
}

void of_service(const Value& object, const Value& /*old*/, Warnings& out) {
  const Value& spec = object["spec"];
  if (object["metadata"]["annotations"].has("service.kubernetes.io/topology-aware-hints")) {
    out.emplace_back(
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
        "service.kubernetes.io/topology-mode instead");
  }
  const std::string_view type = spec["type"].as_string();
  const bool external = type == "ExternalName";
  if (type == "ClusterIP" && spec["clusterIP"].as_string() == "None") {
    if (!spec["loadBalancerIP"].empty())
      out.emplace_back("spec.loadBalancerIP is ignored for headless services");
    if (!spec["externalIPs"].empty())
      out.emplace_back("spec.externalIPs is ignored for headless services");
    if (spec["sessionAffinity"].as_string() != "None")
      out.emplace_back("spec.SessionAffinity is ignored for headless services");
  }
  if (external && !spec["externalIPs"].empty())
    out.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
  if (!external && !spec["externalName"].empty())
    out.emplace_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
}

void of_endpoint_slice(const Value& object, const Value& /*old*/, Warnings& out) {
  if (object["addressType"].as_string() == "FQDN") {
    out.emplace_back("addressType: FQDN endpoints are deprecated");
  }
}

void of_service_account(const Value& object, const Value& /*old*/, Warnings& out) {
  annotation(object, "kubernetes.io/enforce-mountable-secrets",
             "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted "
             "secrets",
             out);
}

void of_runtime_class(const Value& object, const Value& /*old*/, Warnings& out) {
  for (const Value::Member& label : object["scheduling"]["nodeSelector"].members()) {
    if (const auto remark = node_label_out_of_use(label.key); !remark.empty()) {
      out.push_back("scheduling.nodeSelector: " + std::string(remark));
    }
  }
}

void of_node(const Value& object, const Value& /*old*/, Warnings& out) {
  const Value& spec = object["spec"];
  if (spec.has("configSource")) {
    out.emplace_back("spec.configSource: the feature is removed");
  }
  if (!spec["externalID"].empty()) {
    out.emplace_back("spec.externalID: this field is deprecated, and is unused by Kubernetes");
  }
}

constexpr const char* kPodName = "the Pod's hostname";
constexpr const char* kPodNames = "Pod names and hostnames";
constexpr Row kRows[] = {
    {"CronJob", "spec.jobTemplate.spec.template", kPodNames, of_cron_job},
    {"DaemonSet", "spec.template", nullptr, nullptr},
    {"Deployment", "spec.template", kPodNames, nullptr},
    {"EndpointSlice", nullptr, nullptr, of_endpoint_slice},
    {"Ingress", nullptr, nullptr, of_ingress},
    {"Job", "spec.template", kPodNames, of_job},
    {"Node", nullptr, nullptr, of_node},
    {"PersistentVolume", nullptr, nullptr, of_volume},
    {"PersistentVolumeClaim", nullptr, nullptr, of_claim},
    {"Pod", "", kPodName, nullptr},
    {"ReplicaSet", "spec.template", kPodNames, nullptr},
    {"ReplicationController", "spec.template", kPodNames, nullptr},
    {"RuntimeClass", nullptr, nullptr, of_runtime_class},
    {"Service", nullptr, nullptr, of_service},
    {"ServiceAccount", nullptr, nullptr, of_service_account},
    {"StatefulSet", "spec.template", nullptr, of_stateful_set},
    {"StorageClass", nullptr, nullptr, of_storage_class},
};

void of_name(const std::string& name, const char* where, Warnings& out) {
  std::string faults;
  for (const std::string& fault : check_dns1123_label(name)) {
    faults += (faults.empty() ? "" : " ") + fault;
  }
  if (faults.empty()) return;
  out.push_back("metadata.name: this is used in " + std::string(where) +
                ", which can result in surprising behavior; a DNS label is recommended: [" +
                faults + "]");
}

const Value& at_path(const Value& object, std::string_view path) {
  const Value* here = &object;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    here = &(*here)[path.substr(0, end)];
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return *here;
}

}  // namespace

std::vector<std::string> warnings_of(const Kind& kind, const Value& object, const Value& old) {
  Warnings out;
  for (const Row& row : kRows) {
    if (row.kind != kind.kind) continue;
    const bool creates = old.is_null();
    if (creates && row.names != nullptr) of_name(object["metadata"]["name"].str(), row.names, out);
    // Nobody works on a Pod by hand once it is there; templates are read again when they change.
    const bool is_pod = kind.kind == "Pod";
    if (row.pods != nullptr && (creates || (!is_pod && object["spec"] != old["spec"]))) {
      add_pod_warnings(at_path(object, row.pods), row.pods, out);
    }
    if (row.more != nullptr) row.more(object, old, out);
  }
  return out;
}

}  // namespace inferlab::sim
