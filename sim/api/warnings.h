#pragma once

#include <string>
#include <vector>

#include "sim/api/kind.h"

namespace inferlab::sim {

/// What the real server remarks, in Warning headers, on an object that it takes: fields out of use,
/// and what may surprise. `old` is null for a creation.
/// Source: Kubernetes 1.32, WarningsOnCreate and WarningsOnUpdate below pkg/registry.
std::vector<std::string> warnings_of(const Kind& kind, const Value& object, const Value& old);

}  // namespace inferlab::sim
