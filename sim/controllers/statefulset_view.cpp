#include "sim/controllers/statefulset_view.h"

namespace inferlab::sim {

StatefulSetView::StatefulSetView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  selector = LabelSelector::from_object(spec["selector"]);
  replicas = spec["replicas"].as_int(1);
  first_ordinal = spec["ordinals"]["start"].as_int();
  min_ready_seconds = spec["minReadySeconds"].as_int();
  revision_history_limit = spec["revisionHistoryLimit"].as_int(10);
  const Value& strategy = spec["updateStrategy"];
  on_delete = strategy["type"].as_string() == "OnDelete";
  // rollingUpdate.maxUnavailable is behind a feature gate that is off in 1.32: it counts as 1.
  partition = strategy["rollingUpdate"]["partition"].as_int();
  parallel = spec["podManagementPolicy"].as_string() == "Parallel";
  const Value& retention = spec["persistentVolumeClaimRetentionPolicy"];
  deletes_claims_when_scaled = retention["whenScaled"].as_string() == "Delete";
  deletes_claims_when_deleted = retention["whenDeleted"].as_string() == "Delete";
  pod_template = spec["template"];
  claim_templates = spec["volumeClaimTemplates"];
}

}  // namespace inferlab::sim
