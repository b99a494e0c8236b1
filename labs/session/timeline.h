#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "labs/session/journal_file.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Something that a person who looks back at a run wants to know of.
struct TimelineEntry {
  enum class Kind : std::uint8_t {
    kWrite,     // a request to the API that wrote, from outside, or a push to a Git repository
    kFault,     // a fault that was injected
    kNote,      // what a responder said of an incident
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

/// "write", "fault", "note", "warning", "ready", "not-ready", "failed-requests".
std::string_view word_of(TimelineEntry::Kind kind);

/// What was done to a run, by its journal, and what came of it; in order of time, what was done
/// before what came of it. `notes` are those of the session's journal; what was said later than the
/// run has come to is left out. On the run's thread.
std::vector<TimelineEntry> timeline_of(sim::Cluster& run, const sim::Gateway& gateway,
                                       const std::vector<IncidentNote>& notes = {});

}  // namespace inferlab::labs
