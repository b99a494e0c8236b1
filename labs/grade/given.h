#pragma once

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Puts what the lab's `run.given` holds into a new cluster of it: what others run there, and no
/// part of any answer. Not journalled: it belongs to the cluster. On the run's thread.
/// kInvalid: a manifest that the cluster refuses, "FILE:LINE:COLUMN: …", which is the lab's fault.
Result<void> give(const LabSpec& lab, sim::Cluster& cluster);

}  // namespace inferlab::labs
