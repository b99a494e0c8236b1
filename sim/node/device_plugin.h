#pragma once

#include <memory>

#include "sim/node/workload.h"

namespace inferlab::sim {

/// NVIDIA's device plugin: finds the driver, registers with the kubelet, and offers the node's GPUs
/// as long as it runs. Needs the kubelet's folder of sockets from the node; without a driver or a
/// GPU it ends, or waits for ever when FAIL_ON_INIT_ERROR is false. How the GPUs are shared is the
/// pool's business, whatever MIG_STRATEGY or CONFIG_FILE say.
/// Source: NVIDIA/k8s-device-plugin v0.17.1, whose log lines these are.
std::unique_ptr<Workload> make_device_plugin(WorkloadContext context);

}  // namespace inferlab::sim
