#pragma once

#include <string>
#include <vector>

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Kinds and fields that this API takes and checks as the real one does, and that nothing in the
/// simulation obeys, and commands of containers that are not carried out: who sets one is warned.
/// One warning for each, "spec.readinessGates: is not simulated yet", "kind Job: is not simulated
/// yet". `nodes`: whether nodes are simulated; else what happens on them is not looked at.
std::vector<std::string> not_simulated(const Kind& kind, const Value& object, bool nodes);

}  // namespace inferlab::sim
