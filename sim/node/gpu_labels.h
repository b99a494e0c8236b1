#pragma once

#include "sim/api/value.h"
#include "sim/node/node_runtime.h"

namespace inferlab::sim {

/// Appends the labels that NVIDIA's GPU feature discovery writes for the node's GPUs: product,
/// memory, count and replicas of what the device plugin offers, and the same for each MIG profile.
/// Source: NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery.
void add_gpu_labels(const NodeRuntime& node, Value::Object& labels);

}  // namespace inferlab::sim
