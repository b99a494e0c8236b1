#pragma once

#include <cstdint>

#include "sim/api/value.h"

namespace inferlab::labs::lint {

enum class Rounding : std::uint8_t { kUp, kDown };

/// An IntOrString, of `total`: 2 is 2, "25%" of 10 is 2 or 3. What is neither is 0.
/// Source: k8s.io/apimachinery/pkg/util/intstr, GetScaledValueFromIntOrPercent.
std::int64_t resolved(const sim::Value& value, std::int64_t total, Rounding rounding);

}  // namespace inferlab::labs::lint
