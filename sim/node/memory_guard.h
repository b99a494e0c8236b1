#pragma once

#include <cstdint>
#include <string_view>

namespace inferlab::sim {

class Kubelet;

/// /proc/PID/oom_score_adj of a container's processes, which the kubelet sets by the Pod's QoS
/// class: -997 for Guaranteed and for node-critical Pods, 1000 for BestEffort, and for Burstable
/// the less, the more of the node's memory was requested.
/// Source: Kubernetes documentation, "Node-pressure Eviction", "Node out of memory behavior".
int oom_score_adj(std::string_view qos_class, std::int64_t priority, std::int64_t memory_request,
                  std::int64_t memory_capacity);

/// The kernel's part, at this very moment: a container over its memory limit is killed, and when
/// the whole node has too little, the containers with the highest score, one after the other, until
/// the rest fits. Source: the same; the Linux kernel's oom_badness() adds the score, in thousandths
/// of the node's memory, to what a process holds.
void enforce_memory(Kubelet& kubelet);

}  // namespace inferlab::sim
