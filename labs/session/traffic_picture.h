#pragma once

#include <string>

#include "engine/base/time.h"
#include "sim/api/value.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// What clients got and what replicas do, through the scraped metrics alone:
///   {"at": SECONDS, "windowSeconds": N,
///    "services": [{"service": "NAMESPACE/NAME", "ended": N, "answered": N, "perSecond": X,
///                  "failed": {"503": N}, "unloaded": N, "inFlight": N, "ttftP50": SECONDS,
///                  "ttftP95": SECONDS, "durationP95": SECONDS}],
///    "replicas": [{"pod": "NAMESPACE/NAME", "running": N, "waiting": N, "kvCacheUsage": 0..1,
///                  "itlP95": SECONDS, "preemptions": N}]}
/// Quantiles and counts are of the `window` of virtual time up to the last scrape (of the whole run
/// while it is shorter), preemptions since the replica's start; what nobody has observed is null.
/// On the run's thread.
sim::Value traffic_picture(sim::Cluster& cluster, Duration window);

/// The latest scraped value of every series, in Prometheus' text format: names, labels and values
/// as a scrape of the targets themselves shows them, in the order of names. Series that have ended
/// are left out. On the run's thread.
std::string scraped_metrics(sim::Cluster& cluster);

}  // namespace inferlab::labs
