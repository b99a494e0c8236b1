#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/submission.h"

namespace inferlab::labs::batch {

/// A folder of the batch's folder.
struct SubmissionFolder {
  std::string name;  // as the file system has it: any bytes
  std::string path;
  std::string learner;  // whose variant of the lab is graded
};

/// The folders of `folder`, in order of their names, each its own learner's. Files and what begins
/// with a dot are left out; a link to a folder is there, so that its row can say that it is
/// refused. kNotFound, kInvalid (none is there), kUnavailable.
Result<std::vector<SubmissionFolder>> list_submissions(const std::string& folder);

/// Whether the folder is a link, which is refused: it could lead to another learner's.
bool is_link(const std::string& path);

/// The hash of a submission's files, or of why they are refused. Not against an adversary: who
/// finds two texts of one hash gains the grade that the first of them had.
std::string hash_of_files(const Result<std::vector<SubmissionFile>>& files);

/// The hash of a lab: every file of its folder, and the facts that its runs are made of.
Result<std::string> hash_of_lab(const LabSpec& lab);

}  // namespace inferlab::labs::batch
