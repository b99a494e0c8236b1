#include "sim/api/views.h"

#include <algorithm>
#include <charconv>

namespace inferlab::sim {
namespace {

std::uint64_t unsigned_from(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<Taint> taints_from(const Value& list) {
  std::vector<Taint> out;
  for (const Value& item : list.items()) {
    const std::string_view effect = item["effect"].as_string();
    out.push_back({item["key"].str(), item["value"].str(),
                   effect == "NoExecute"          ? TaintEffect::kNoExecute
                   : effect == "PreferNoSchedule" ? TaintEffect::kPreferNoSchedule
                                                  : TaintEffect::kNoSchedule});
  }
  return out;
}

}  // namespace

Resources resources_from(const Value& map) {
  Resources out;
  for (const Value::Member& member : map.members()) {
    // JSON numbers are quantities too until the API has normalised them.
    const std::string text =
        member.value.is_int() ? std::to_string(member.value.as_int()) : member.value.str();
    if (const auto amount = Quantity::parse(text)) out.emplace_hint(out.end(), member.key, *amount);
  }
  return out;
}

MetaView::MetaView(const Value& metadata) {
  name = metadata["name"].str();
  ns = metadata["namespace"].str();
  uid = metadata["uid"].str();
  resource_version = unsigned_from(metadata["resourceVersion"].as_string());
  generation = metadata["generation"].as_int();
  labels = labels_from(metadata["labels"]);
  annotations = labels_from(metadata["annotations"]);
  for (const Value& owner : metadata["ownerReferences"].items()) {
    owners.push_back({owner["apiVersion"].str(), owner["kind"].str(), owner["name"].str(),
                      owner["uid"].str(), owner["controller"].as_bool()});
  }
  if (const auto time = parse_rfc3339(metadata["creationTimestamp"].as_string())) created = *time;
  deletion_timestamp = parse_rfc3339(metadata["deletionTimestamp"].as_string());
  if (metadata.has("deletionGracePeriodSeconds")) {
    deletion_grace_period_seconds = metadata["deletionGracePeriodSeconds"].as_int();
  }
  for (const Value& finalizer : metadata["finalizers"].items()) {
    finalizers.push_back(finalizer.str());
  }
}

const OwnerReference* MetaView::controller() const {
  const auto it = std::find_if(owners.begin(), owners.end(),
                               [](const OwnerReference& owner) { return owner.controller; });
  return it == owners.end() ? nullptr : &*it;
}

NodeView::NodeView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  const Value& status = object.document["status"];
  unschedulable = spec["unschedulable"].as_bool();
  taints = taints_from(spec["taints"]);
  capacity = resources_from(status["capacity"]);
  allocatable = resources_from(status["allocatable"]);
  for (const Value& condition : status["conditions"].items()) {
    if (condition["type"].as_string() == "Ready") {
      ready = condition["status"].as_string() == "True";
    }
  }
}

DeploymentView::DeploymentView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  replicas = spec["replicas"].as_int(1);
  min_ready_seconds = spec["minReadySeconds"].as_int(0);
  revision_history_limit = spec["revisionHistoryLimit"].as_int(10);
  progress_deadline_seconds = spec["progressDeadlineSeconds"].as_int(600);
  selector = LabelSelector::from_object(spec["selector"]);
  paused = spec["paused"].as_bool();
  const Value& strategy = spec["strategy"];
  recreate = strategy["type"].as_string() == "Recreate";
  max_surge = strategy["rollingUpdate"]["maxSurge"];
  max_unavailable = strategy["rollingUpdate"]["maxUnavailable"];
  pod_template = spec["template"];
}

ReplicaSetView::ReplicaSetView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  const Value& status = object.document["status"];
  replicas = spec["replicas"].as_int(1);
  min_ready_seconds = spec["minReadySeconds"].as_int(0);
  // A ReplicationController, which is counted by the same rules, has labels alone to select by.
  selector = object.key.resource == "replicationcontrollers"
                 ? LabelSelector::from_map(spec["selector"])
                 : LabelSelector::from_object(spec["selector"]);
  pod_template = spec["template"];
  status_replicas = status["replicas"].as_int();
  status_ready_replicas = status["readyReplicas"].as_int();
  status_available_replicas = status["availableReplicas"].as_int();
}

ServiceView::ServiceView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  type = std::string(spec["type"].as_string("ClusterIP"));
  cluster_ip = spec["clusterIP"].str();
  selector = spec["selector"];
  for (const Value& port : spec["ports"].items()) {
    ports.push_back({port["name"].str(), std::string(port["protocol"].as_string("TCP")),
                     static_cast<int>(port["port"].as_int()), port["targetPort"]});
  }
  publish_not_ready_addresses = spec["publishNotReadyAddresses"].as_bool();
}

}  // namespace inferlab::sim
