#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Something that a person who looks back at a run wants to know of.
struct TimelineEntry {
  enum class Kind : std::uint8_t {
    kWrite,     // a request to the API that wrote, from outside
    kFault,     // a fault that was injected
    kWarning,   // an Event of type Warning, when it was first told
    kReady,     // a Pod became Ready
    kNotReady,  // a Pod that was Ready is so no more, or is gone
    kFailed,    // requests of clients that failed in the minute that begins here
  };
  Time at{};
  Kind kind = Kind::kWrite;
  std::string about;  // "deployments.apps default/vllm", "Pod default/vllm-0"
  std::string text;   // what became of it, in the words of whoever said so
};

/// "write", "fault", "warning", "ready", "not-ready", "failed-requests".
std::string_view word_of(TimelineEntry::Kind kind);

/// What was done to a run, by its journal, and what came of it; in order of time, what was done
/// before what came of it. On the run's thread.
std::vector<TimelineEntry> timeline_of(const sim::Cluster& run, const sim::Gateway& gateway);

}  // namespace inferlab::labs
