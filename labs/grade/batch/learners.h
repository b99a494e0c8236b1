#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/batch/submissions.h"

namespace inferlab::labs::batch {

/// Gives the submissions the learners that a CSV file (folder,learner; that head may be there)
/// says; an empty learner is nobody, the lab as it ships. A folder that it does not name stays its
/// own learner's. Returns how many it does not name. kInvalid: a line that has no two fields, or a
/// folder that is named twice.
Result<std::size_t> assign_learners(const std::string& file,
                                    std::vector<SubmissionFolder>& submissions);

}  // namespace inferlab::labs::batch
