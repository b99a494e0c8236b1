#pragma once

#include "sim/api/quantity.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// spec.resources.requests.storage of a claim. Not by its view: of two versions of one claim.
Quantity requested_storage(const StoredObject& claim);
/// It is bound and asks for more than it has.
bool wants_to_grow(const StoredObject& claim);

}  // namespace inferlab::sim
