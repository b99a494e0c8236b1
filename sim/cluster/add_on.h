#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/cluster/add_on_spec.h"

namespace inferlab::sim {

/// Reads assets/addons/NAME.yaml. Schemas may name Kubernetes' own types (see
/// sim/api/custom/embedded_types.h). kInvalid is "FILE:LINE:COLUMN: FIELD: WHY".
Result<AddOnSpec> read_add_on(std::string_view text, const std::string& file);

/// Whether an API server takes what these bring together; kInvalid says what it refuses.
Result<void> check_add_ons(const std::vector<AddOnSpec>& add_ons);

/// Creates their objects. Checks: they were checked.
void create_add_ons(Api& api, const std::vector<AddOnSpec>& add_ons);

}  // namespace inferlab::sim
