#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// Reads FOLDER/lab.yaml. kInvalid is "FILE:LINE:COLUMN: FIELD: WHY" with a hint: the first of
/// lint_lab()'s findings.
/// `learner` is whose variant it shall be (see parameters.h).
Result<LabSpec> load_lab(const std::string& folder, const std::string& learner = {});

/// As load_lab(), from the text; `file` stands in messages. Folders are not looked at.
Result<LabSpec> parse_lab(std::string_view text, const std::string& file,
                          const std::string& learner = {});

/// Everything that is wrong with a lab: its file, and what must stand beside it (starter/,
/// solution/, a folder for each mutant). Empty: it can be used.
std::vector<Error> lint_lab(const std::string& folder);

}  // namespace inferlab::labs
