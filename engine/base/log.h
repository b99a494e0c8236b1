#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace inferlab {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// Where a component writes what it did. Prompts, completions, tokens of access and Secrets never
/// go in. An empty function logs nothing; the owner decides on threads (the engine's sink locks).
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

}  // namespace inferlab
