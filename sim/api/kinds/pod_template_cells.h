#pragma once

#include <string>

#include "sim/api/value.h"

namespace inferlab::sim {

/// The wide columns that all workloads share: "a,b".
std::string container_names(const Value& pod_template);
std::string container_images(const Value& pod_template);
/// metav1.LabelSelector as kubectl prints it; "<none>" for null.
std::string selector_text(const Value& selector);

}  // namespace inferlab::sim
