#pragma once

#include <string>
#include <vector>

#include "labs/spec/lab_spec.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// The journal of a live session as a submission: what its writes add up to, all of it applied at
/// the lab's apply time. A learner is graded for the manifests as they stand now, not for the way
/// there, nor for how long it took. Deleted objects, injected faults and Pods that a controller
/// made are left out, and what is no answer (see is_answer()); of the others the fields that were
/// written, not those that the server added.
///
/// What a write says about the version it was based on (resourceVersion, uid, preconditions) held
/// in the session and does not count here. `notes`, if given, gets a line for each write that could
/// not be carried over, unless its object was deleted later, one for the faults, and one for pushes
/// to what is not graded: another repository, another branch than the default one.
sim::Journal settled_journal(const LabSpec& lab, const sim::Journal& journal,
                             std::vector<std::string>* notes = nullptr);

}  // namespace inferlab::labs
