#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/submission.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// The files of a mutant: the solution with its changes.
Result<std::vector<SubmissionFile>> mutant_files(const LabSpec& lab, const LabMutant& mutant);

/// The files of an answer that the lab ships: "empty", "starter", "solution", or a mutant's id.
Result<std::vector<SubmissionFile>> answer_files(const LabSpec& lab, const std::string& answer);

}  // namespace inferlab::labs
