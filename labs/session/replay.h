#pragma once

#include <functional>
#include <optional>

#include "labs/session/journal_file.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

using ReplayProgress = std::function<void(Time now, Time end)>;

/// Plays a session again, up to its end or to `until`, whichever comes first. The cluster is that
/// of the journal's header, with what the lab gives in it and nothing run yet.
/// `progress`, if given, is told where the run stands, and where it will end.
void replay_session(sim::Cluster& cluster, const SessionJournal& session,
                    std::optional<Time> until = {}, const ReplayProgress& progress = {});

}  // namespace inferlab::labs
