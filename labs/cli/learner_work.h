#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// The lab in the variant that was asked for, or else in that of the learner's session. `folder`:
/// what is graded lies there, and not in the session; empty: it is the session.
Result<LabSpec> lab_of_learner(const std::string& lab_id, const std::string& folder,
                               const std::string& learner);

/// The folder of the lab's session. kNotFound: there was none.
Result<std::string> session_folder_of(const LabSpec& lab);

/// What a learner has done: what is in the folder, or what the session adds up to, with the answers
/// to the quiz. Of a lab with incidents it is the session as it was, from one write to the next.
/// `notes`: see settled_journal() and record_session().
Result<Submission> submission_of_learner(const LabSpec& lab, const std::string& folder,
                                         std::vector<std::string>& notes);

}  // namespace inferlab::labs
