#pragma once

#include <optional>

#include "labs/session/journal_file.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Plays a session again, up to its end or to `until`, whichever comes first. The cluster is that
/// of the journal's header, with what the lab gives in it and nothing run yet.
void replay_session(sim::Cluster& cluster, const SessionJournal& session,
                    std::optional<Time> until = {});

}  // namespace inferlab::labs
