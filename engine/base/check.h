#pragma once

namespace inferlab::internal {
/// Prints file, line and condition to stderr and ends the program with status 3.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);
}  // namespace inferlab::internal

/// An invariant of ours. Stays on in every build. It never judges what came from outside.
#define INFERLAB_CHECK(condition)                                         \
  do {                                                                    \
    if (!(condition)) [[unlikely]] {                                      \
      ::inferlab::internal::check_failed(__FILE__, __LINE__, #condition); \
    }                                                                     \
  } while (false)
