#pragma once

#include <vector>

#include "engine/backend/backend.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// The CUDA devices of this machine. kUnavailable, with the runtime's reason, where no driver or no
/// device answers; the program runs on without them. In builds with nvcc only.
Result<std::vector<DeviceInfo>> devices();

}  // namespace inferlab::cuda
