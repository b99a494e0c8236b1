#pragma once

#include "engine/backend/registry.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Measured on the first device: medians of copies of 1 GiB and of cuBLASLt's product of random
/// BF16 matrices. Needs 3 GiB of the device's memory; kUnavailable without a device or cuBLASLt.
Result<DeviceRoofline> roofline();

}  // namespace inferlab::cuda
