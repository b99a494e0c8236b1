#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

/// What `date` prints in UTC, of words as a ShellScript lets them pass: "date", "+%F %T" and the
/// like. Without a format as BusyBox does.
std::string date_text(const std::vector<std::string>& words, Time now);

}  // namespace inferlab::sim
