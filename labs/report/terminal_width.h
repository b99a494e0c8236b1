#pragma once

#include <cstddef>

namespace inferlab::labs {

/// Columns of what is no terminal: a file, a pipe.
inline constexpr std::size_t kDefaultWidth = 100;

/// Columns of the terminal behind this descriptor: what COLUMNS says, else what the terminal says,
/// else 80. kDefaultWidth where there is no terminal, so that files are the same everywhere.
std::size_t terminal_width(int descriptor);

/// Whether lines on this descriptor may be drawn over: a terminal, and TERM does not call it dumb.
bool can_redraw(int descriptor);

}  // namespace inferlab::labs
