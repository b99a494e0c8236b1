#pragma once

#include "sim/api/store.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

/// Adds the target "kube-state-metrics": what the objects of the store say, as metrics under
/// kube-state-metrics' names and labels: kube_pod_status_ready, kube_pod_status_phase,
/// kube_pod_container_status_restarts_total, kube_pod_container_resource_requests,
/// kube_deployment_spec_replicas, kube_deployment_status_replicas_available,
/// kube_node_status_condition (Ready), and of autoscalers
/// kube_horizontalpodautoscaler_{spec_min,spec_max,status_current,status_desired}_replicas and
/// kube_horizontalpodautoscaler_status_condition. `store` outlives the target. Source:
/// kubernetes/kube-state-metrics, docs/metrics.
void add_kube_state_metrics(Telemetry& telemetry, const Store& store);

}  // namespace inferlab::sim
