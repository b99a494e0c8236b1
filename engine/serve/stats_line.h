#pragma once

#include <string>

#include "engine/base/time.h"
#include "engine/serve/engine_core.h"

namespace inferlab {

/// The log's line on what the engine has done since `before`, `passed` ago; as vLLM has it.
std::string stats_line(const EngineStats& stats, const EngineStats& before, Duration passed);

}  // namespace inferlab
