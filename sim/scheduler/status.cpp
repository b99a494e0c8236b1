#include "sim/scheduler/status.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace inferlab::sim {

std::string Status::message() const {
  return fmt::format("{}", fmt::join(reasons(), ", "));
}

}  // namespace inferlab::sim
