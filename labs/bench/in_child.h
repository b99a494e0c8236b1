#pragma once

#include "labs/bench/figure.h"

namespace inferlab::labs {

/// Measures once, in a process of its own: what an earlier measurement left in memory and caches
/// does not count, and its peak of memory is this one's alone. `doing` hears how far it is.
/// `stopped` is asked some ten times a second; once it says so the process is ended and the answer
/// is kUnavailable.
Result<Figures> measure_in_child(const BenchRow& row, const Doing& doing,
                                 const std::function<bool()>& stopped);

}  // namespace inferlab::labs
