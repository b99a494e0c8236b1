#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "labs/cli/command_tree.h"

namespace inferlab::labs {

/// The shells that completion_script() knows.
inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

/// What makes this shell complete commands, options and the words that options take; files where
/// nothing of ours fits. nullopt: another shell.
std::optional<std::string> completion_script(const CommandNode& program, std::string_view shell);

}  // namespace inferlab::labs
