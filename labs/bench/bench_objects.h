#pragma once

#include <cstddef>

#include "sim/api/value.h"

namespace inferlab::labs {

/// A machine of 96 CPUs, 1 TiB and 8 GPUs in one of ten zones, which nobody need beat for: its
/// heartbeat lies in the future.
sim::Value bench_node(std::size_t number);

/// What the Pods of a measurement ask for besides CPU and memory.
enum class Wishes {
  kNone,
  kSpread,             // over zones at most five apart, over hosts if it can be
  kSpreadAndAffinity,  // and never two of an app on a host, rather in a zone with the next app
};

/// A Pod of app `app`, without name and uid, as the API server would have stored it.
sim::Value bench_pod(std::size_t app, Wishes wishes);

}  // namespace inferlab::labs
