#pragma once

#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

class Kubelet;

/// What the kubelet shows of CPUs under /metrics, where a CPU or topology policy is set, and under
/// /metrics/cadvisor, of containers with a CPU limit: only those have CFS periods, and what the
/// others use metrics-server says.
/// Source: Kubernetes documentation, "Kubernetes Metrics Reference"; cAdvisor documentation,
/// "Monitoring cAdvisor with Prometheus". `kubelet` outlives the targets.
void add_kubelet_metrics(Telemetry& telemetry, Kubelet& kubelet);
void remove_kubelet_metrics(Telemetry& telemetry, const Kubelet& kubelet);

}  // namespace inferlab::sim
