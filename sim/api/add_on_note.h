#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// On a CustomResourceDefinition that an add-on brought: its name and version, "keda 2.20.2".
inline constexpr std::string_view kAddOnAnnotation = "inferlab.dev/add-on";
/// "true" on those whose objects something in this cluster acts on.
inline constexpr std::string_view kActedOnAnnotation = "inferlab.dev/acted-on";

/// What to say to who writes an object of a kind that an add-on brought and that nothing here acts
/// on; empty for all other kinds. A definition that a client has installed itself is its own
/// affair: its controller may run outside.
std::vector<std::string> add_on_warnings(const Store& store, const Kind& kind);

}  // namespace inferlab::sim
