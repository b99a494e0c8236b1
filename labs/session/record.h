#pragma once

#include <string>
#include <vector>

#include "labs/grade/submission.h"
#include "labs/session/journal_file.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// A session as a submission of its responder: what clients of its API wrote, and what was said of
/// incidents, as actions at their times, with the files that they apply. What was written before
/// the lab's apply time comes at that time.
///
/// What was pushed to the lab's repository lies in repo/, as a submission has it: one commit at the
/// apply time, and a line in `notes` says so.
///
/// Left out, with a line in `notes`: what a submission may not do (see actions_in()), what came
/// after the lab's horizon, other pushes, and faults injected by hand. Graded in a
/// run with the session's seed, the rest does what it did in the session.
std::vector<SubmissionFile> record_session(const LabSpec& lab, const SessionJournal& journal,
                                           std::vector<std::string>& notes);

/// record_session(), with files_beside_journal() of the session's folder.
Result<std::vector<SubmissionFile>> record_folder(const LabSpec& lab, const std::string& folder,
                                                  std::vector<std::string>& notes);

}  // namespace inferlab::labs
