#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/spec/validate.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs {

/// Reads `device_plugin` and `driver` of the pools and `cuda` of the images, of which all else has
/// been read, and looks their figures up in assets/facts/cuda.yaml.
void read_drivers(const sim::Value& section, const SpecValidator& places, sim::ClusterSpec& cluster,
                  std::vector<Error>& errors);

}  // namespace inferlab::labs
