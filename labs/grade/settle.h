#pragma once

#include "labs/spec/lab_spec.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// The journal of a live session as a submission: what its writes add up to, all of it applied at
/// the lab's apply time. A learner is graded for the manifests as they stand now, not for the way
/// there, nor for how long it took. Deleted objects and injected faults are left out.
sim::Journal settled_journal(const LabSpec& lab, const sim::Journal& journal);

}  // namespace inferlab::labs
