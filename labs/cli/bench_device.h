#pragma once

#include <functional>
#include <string>

#include "labs/cli/command.h"

namespace inferlab::labs {

/// `bench engine --device cuda`: models of real shapes, in parts of what the device can do.
Result<int> bench_device(Terminal& terminal, const std::string& backend, const std::string& only,
                         const std::string& format, const std::function<bool()>& stopped);

}  // namespace inferlab::labs
