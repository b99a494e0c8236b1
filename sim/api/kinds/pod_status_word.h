#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What kubectl's table says about a Pod.
/// Source: pkg/printers/internalversion, printPod.
struct PodSummary {
  std::string status;    // "Running", "CrashLoopBackOff", "Init:0/1", "Terminating" …
  std::string restarts;  // "1 (5s ago)", "0"
  std::int64_t ready = 0, total = 0;
};
PodSummary summarize_pod(const Value& pod, Time now);

}  // namespace inferlab::sim
