#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// HorizontalPodAutoscalers, version 2. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/autoscaling/validation.
void validate_horizontal_pod_autoscaler(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
