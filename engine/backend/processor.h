#pragma once

#include "engine/backend/backend.h"

namespace inferlab {

/// The machine's processor as a device; memory_bytes is the machine's.
DeviceInfo processor_info();

}  // namespace inferlab
