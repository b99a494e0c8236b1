#pragma once

#include <string>
#include <vector>

#include "sim/node/node_usage.h"

namespace inferlab::sim {

/// "1536Mi": how Kubernetes prints a number of bytes.
std::string bytes_text(std::int64_t bytes);

/// Why a Pod is evicted for what is short: status.message and the text of the Event, with its last
/// space, in the words of kubelet 1.32. `met` are the thresholds that ask for eviction.
std::string pressure_message(std::string_view resource, const PodUsage& pod,
                             const std::vector<Threshold>& met, const Observations& observations);

/// Which limit of its own local storage a Pod is over; empty: none. An emptyDir's sizeLimit is
/// looked at first, then all containers' limits together, then each container's.
std::string local_storage_message(const PodUsage& pod, bool has_image_disk);

}  // namespace inferlab::sim
