#pragma once

#include "labs/session/snapshot.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Makes the picture of a run as it is now. On the run's thread; reads, changes nothing.
SnapshotPtr take_picture(sim::Cluster& cluster, double speed);

}  // namespace inferlab::labs
