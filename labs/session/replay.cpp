#include "labs/session/replay.h"

#include <algorithm>

namespace inferlab::labs {

void replay_session(sim::Cluster& cluster, const SessionJournal& session,
                    std::optional<Time> until) {
  const Time end = std::min(session.clock, until.value_or(session.clock));
  auto next = session.entries.begin();
  const auto up_to = [&](std::size_t count) {
    const auto last = session.entries.begin() + static_cast<std::ptrdiff_t>(count);
    const auto stop = std::find_if(
        next, last, [&](const sim::JournalEntry& entry) { return until && entry.at > *until; });
    cluster.replay({next, stop});
    next = last;
  };
  for (const SessionJournal::Live& live : session.live) {
    up_to(live.after);
    if (until && live.request.at > *until) continue;
    cluster.run_until(live.request.at);
    note_live_request(cluster, live.request);
  }
  up_to(session.entries.size());
  cluster.run_until(end);
}

}  // namespace inferlab::labs
