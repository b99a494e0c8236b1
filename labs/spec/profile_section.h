#pragma once

#include <string_view>
#include <vector>

#include "labs/spec/validate.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs {

/// Reads cluster.profiles and the files that it names, which lie in `folder` or below. After gpus
/// and models, whose names it refers to.
void read_profiles(const sim::Value& list, const SpecValidator& places, std::string_view folder,
                   sim::ClusterSpec& cluster, std::vector<Error>& errors);

}  // namespace inferlab::labs
