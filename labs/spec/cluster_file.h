#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs {

/// Reads a YAML file with the sections `cluster` and, if it likes, `traffic` of a lab file; a whole
/// lab file will do, the rest of it is not looked at. kInvalid is
/// "FILE:LINE:COLUMN: FIELD: WHY".
Result<sim::ClusterSpec> load_cluster_file(const std::string& path);

/// The profiles of a file with a KubeSchedulerConfiguration.
Result<std::vector<sim::SchedulerProfile>> load_scheduler_config(const std::string& path);

}  // namespace inferlab::labs
