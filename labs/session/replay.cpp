#include "labs/session/replay.h"

#include <algorithm>
#include <chrono>

namespace inferlab::labs {
namespace {

// Short enough that whoever waits sees it move.
constexpr Duration kSlice = std::chrono::seconds(15);

}  // namespace

void replay_session(sim::Cluster& cluster, const SessionJournal& session, std::optional<Time> until,
                    const ReplayProgress& progress) {
  const Time end = std::min(session.clock, until.value_or(session.clock));
  const auto run_until = [&](Time to) {
    while (progress && to - cluster.simulation().now() > kSlice) {
      cluster.run_until(cluster.simulation().now() + kSlice);
      progress(cluster.simulation().now(), end);
    }
    if (to > cluster.simulation().now()) cluster.run_until(to);
  };
  auto next = session.entries.begin();
  const auto up_to = [&](std::size_t count) {
    const auto last = session.entries.begin() + static_cast<std::ptrdiff_t>(count);
    for (; next != last; ++next) {
      if (until && next->at > *until) continue;
      run_until(next->at);
      cluster.replay({*next});
    }
  };
  for (const SessionJournal::Live& live : session.live) {
    up_to(live.after);
    if (until && live.request.at > *until) continue;
    run_until(live.request.at);
    note_live_request(cluster, live.request);
  }
  up_to(session.entries.size());
  run_until(end);
}

}  // namespace inferlab::labs
