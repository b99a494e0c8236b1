#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/spec/lab_spec.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// The lab in the variant of `learner`, or, where that is nobody, in that of the session that goes
/// by nobody's name. `folder`: what is graded lies there, and not in a session; empty: it is the
/// session.
Result<LabSpec> lab_of_learner(const std::string& lab_id, const std::string& folder,
                               const std::string& learner);

/// The folder of the session of `lab.learner`. kNotFound: there was none.
Result<std::string> session_folder_of(const LabSpec& lab);

/// What a session adds up to: its journal, settled, with the answers to the quiz and the evals that
/// lie in its `folder` (empty: there are none). Of a lab with incidents it is the session as it
/// was, from one write to the next. `notes`: see settled_journal() and record_session().
Result<Submission> submission_of_session(const LabSpec& lab, const sim::Journal& journal,
                                         const std::string& folder,
                                         std::vector<std::string>& notes);

/// How far the clock of the session of `lab.learner` has come: asked of the session while it runs,
/// else where it ended. Errors are those of session_folder_of() and ask_session().
Result<Duration> session_present(const LabSpec& lab);

/// What a learner has done: the manifests of the folder, or submission_of_session() of what is on
/// disk; `lab.learner` says whose session.
Result<Submission> submission_of_learner(const LabSpec& lab, const std::string& folder,
                                         std::vector<std::string>& notes);

}  // namespace inferlab::labs
