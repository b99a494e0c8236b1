#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/cli/command_tree.h"
#include "labs/cli/completion_values.h"

namespace inferlab::labs {

/// The shells that completion_script() knows.
inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

/// What makes this shell complete commands, options and what these take. It asks the program each
/// time, `inferlab completion SHELL -- WORDS…`: see completion_answer(). nullopt: another shell.
std::optional<std::string> completion_script(std::string_view shell);

/// What `words`, those behind the program's name, may go on with; the last one is being typed.
Completion complete(const CommandNode& program, const std::vector<std::string>& words);

/// The same for a shell's script: a line "words", "files" or "folders", then a line for each word,
/// quoted as this shell takes it. bash gives its words as they were typed, quotes and all.
std::string completion_answer(const CommandNode& program, std::string_view shell,
                              std::vector<std::string> words);

}  // namespace inferlab::labs
