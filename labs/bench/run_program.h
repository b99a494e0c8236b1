#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace inferlab::labs {

/// Runs a program found on PATH, without a shell, and gives back what it printed on stdout. Its
/// stderr goes nowhere. kUnavailable when it cannot be started, ends with another status than 0, is
/// not done within `limit`, or `stopped` says so, which is asked some ten times a second: it is
/// killed then, with the programs that it started.
Result<std::string> run_program(const std::vector<std::string>& words, const std::string& folder,
                                Duration limit, const std::function<bool()>& stopped);

}  // namespace inferlab::labs
