#pragma once

#include "labs/spec/lab_spec.h"
#include "sim/api/value.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// Whether an entry of a session's journal is an event of the lab, which a graded run has too: a
/// push (of kind kGit).
bool is_labs_push(const LabSpec& lab, const sim::JournalEntry& entry);
/// The same of a fault (of kind kFault).
bool is_labs_fault(const LabSpec& lab, const sim::JournalEntry& entry);

/// Whether an entry of either kind, or a write, is an event of the lab.
bool is_labs_own(const LabSpec& lab, const sim::JournalEntry& entry);

/// A JSON patch without its operations on the version that the object had in the session.
sim::Value without_version_tests(const sim::Value& patch);

}  // namespace inferlab::labs
