#pragma once

#include <cstddef>

#include "engine/base/result.h"
#include "engine/structured/network.h"
#include "engine/structured/structured_spec.h"

namespace inferlab::structured {

/// The language that a spec asks for. kInvalid begins with the field of the request.
Result<Network> compile_network(const StructuredSpec& spec, std::size_t max_states);

}  // namespace inferlab::structured
