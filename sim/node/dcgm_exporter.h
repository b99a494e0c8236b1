#pragma once

#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

class Kubelet;

/// Makes the GPUs of a node visible as NVIDIA's dcgm-exporter does: DCGM_FI_DEV_GPU_UTIL (percent
/// of the time since the last scrape in which a step ran), DCGM_FI_DEV_FB_USED and
/// DCGM_FI_DEV_FB_FREE (MiB), one series each per GPU, with the pod that holds it. Target
/// "dcgm/NODE"; nothing is exposed while the node is down, or while no exporter runs on a node
/// whose device plugin is a Pod. Source: NVIDIA/dcgm-exporter, default-counters.csv.
void add_dcgm_exporter(Telemetry& telemetry, Kubelet& kubelet);

}  // namespace inferlab::sim
