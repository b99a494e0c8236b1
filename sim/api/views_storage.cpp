#include "sim/api/views_storage.h"

#include "sim/api/kinds/cells.h"

namespace inferlab::sim {
namespace {

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.str());
  return out;
}

Quantity amount_of(const Value& value) {
  return Quantity::parse(value.as_string()).value_or(Quantity());
}

}  // namespace

PersistentVolumeView::PersistentVolumeView(const StoredObject& object)
    : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  phase = object.document["status"]["phase"].str();
  storage_class = storage_class_of(object.document);
  reclaim_policy = spec["persistentVolumeReclaimPolicy"].str();
  volume_mode = spec["volumeMode"].str();
  csi_driver = spec["csi"]["driver"].str();
  csi_handle = spec["csi"]["volumeHandle"].str();
  access_modes = texts(spec["accessModes"]);
  capacity = amount_of(spec["capacity"]["storage"]);
  claim_namespace = spec["claimRef"]["namespace"].str();
  claim_name = spec["claimRef"]["name"].str();
  claim_uid = spec["claimRef"]["uid"].str();
  const Value& required = spec["nodeAffinity"]["required"];
  if (required.is_null()) return;
  node_affinity.emplace();
  for (const Value& term : required["nodeSelectorTerms"].items()) {
    node_affinity->push_back({LabelSelector::from_expressions(term["matchExpressions"]),
                              LabelSelector::from_expressions(term["matchFields"])});
  }
}

PersistentVolumeClaimView::PersistentVolumeClaimView(const StoredObject& object)
    : meta(object.document["metadata"]) {
  const Value& document = object.document;
  const Value& spec = document["spec"];
  const Value& annotations = document["metadata"]["annotations"];
  phase = document["status"]["phase"].str();
  if (spec.has("storageClassName") || annotations.has("volume.beta.kubernetes.io/storage-class"))
    storage_class = storage_class_of(document);
  volume_name = spec["volumeName"].str();
  volume_mode = spec["volumeMode"].str();
  access_modes = texts(spec["accessModes"]);
  request = amount_of(spec["resources"]["requests"]["storage"]);
  capacity = amount_of(document["status"]["capacity"]["storage"]);
  if (spec.has("selector")) selector = LabelSelector::from_object(spec["selector"]);
  fully_bound = !volume_name.empty() && annotations.has("pv.kubernetes.io/bind-completed");
}

StorageClassView::StorageClassView(const StoredObject& object) {
  const Value& document = object.document;
  name = object.key.name;
  provisioner = document["provisioner"].str();
  reclaim_policy = document["reclaimPolicy"].str();
  waits_for_first_consumer = document["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
  allows_expansion = document["allowVolumeExpansion"].as_bool();
  is_default = document["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"]
                   .as_string() == "true";
}

}  // namespace inferlab::sim
