#pragma once

#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// "3m12s", "4h5m", "2d3h", "119d": the age that kubectl prints.
/// Source: k8s.io/apimachinery/pkg/util/duration, HumanDuration.
std::string human_duration(Duration duration);

/// How long ago this RFC 3339 time was; "<unknown>" when there is none.
std::string age_since(std::string_view timestamp, Time now);

/// The AGE cell of an object.
Value age_of(const Value& object, Time now);

}  // namespace inferlab::sim
