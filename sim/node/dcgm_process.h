#pragma once

#include <memory>

#include "sim/node/workload.h"

namespace inferlab::sim {

/// The process of NVIDIA's dcgm-exporter: shows the node's GPUs on port 9400 (see dcgm_exporter.h)
/// as long as it runs. Where there is no driver it ends.
/// Source: NVIDIA/dcgm-exporter 4.x; log lines as in its issue 612.
std::unique_ptr<Workload> make_dcgm_process(WorkloadContext context);

}  // namespace inferlab::sim
