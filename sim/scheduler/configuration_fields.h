#pragma once

#include <string_view>

#include "engine/base/error.h"
#include "engine/base/result.h"
#include "sim/api/value.h"

/// What reading a KubeSchedulerConfiguration has in common. Internal to sim/scheduler.
namespace inferlab::sim::configuration {

/// "KubeSchedulerConfiguration: FIELD: WHY".
Error invalid(std::string_view field, std::string_view why);

bool is_plugin(std::string_view name);

/// Every field is one that kubescheduler.config.k8s.io/v1 has, down to the arguments of the
/// plugins; and none is set that is not simulated. kube-scheduler decodes strictly too.
Result<void> check_fields(const Value& configuration);

}  // namespace inferlab::sim::configuration
