#pragma once

#include <string>

#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs {

/// The cluster as a picture: its pools side by side, the nodes of each with their GPUs, and the
/// labels and taints that manifests name. An <svg> element of its own size; it loads nothing.
std::string cluster_picture(const sim::ClusterSpec& cluster);

}  // namespace inferlab::labs
