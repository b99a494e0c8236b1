#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/shell_script.h"

namespace inferlab::sim {

/// "/bin/sleep" to "sleep"; a path that is no usual place of programs stays.
std::string_view program_of(std::string_view word);

/// Whether it is a call of date with formats that are known.
bool is_date_call(const std::vector<std::string>& words);

/// Whether a simple command is carried out: it is one of those that every simulated container
/// knows (a path before it is undone), or `programs` says so. `in_shell`: assignments and a
/// shell's own commands count.
bool is_carried_out(std::vector<std::string>& words, bool in_shell,
                    const ShellScript::Programs& programs);

}  // namespace inferlab::sim
