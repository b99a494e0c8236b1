#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// A word of a shell's line with its quotes and backslashes undone (see ShellItem::words), or an
/// operator: ";", "&&", "1>", "2>&" …
struct ShellToken {
  std::string text;
  bool is_operator = false;
  bool is_quoted = false;
};

/// nullopt: a construct that is not carried out, or a quote without its end.
std::optional<std::vector<ShellToken>> shell_tokens(std::string_view text);

}  // namespace inferlab::sim
