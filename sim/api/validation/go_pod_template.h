#pragma once

#include <string>

#include "sim/api/value.h"

namespace inferlab::sim {

/// spec.template as Go's %#v prints it: core.PodTemplateSpec{…}. The API server shows the template
/// of a Job so when somebody changes it. What stands behind a pointer is not shown; where it points
/// to differs each time, and is one address here.
std::string go_pod_template(const Value& pod_template);

}  // namespace inferlab::sim
