#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/submission.h"
#include "labs/spec/lab_spec.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

// Files of a submission that are not applied with the others, but when an event of the lab's run
// (`apply_answer`) or an action of its responder (`apply`) says so.

/// Whether an event of the lab's run applies the file.
bool comes_later(const LabSpec& lab, std::string_view file);

/// The names of those files that are held back, by events or by what kActionsFile among the files
/// says. kInvalid: that file is wrong.
Result<std::vector<std::string>> held_back_files(const std::vector<SubmissionFile>& files,
                                                 const LabSpec& lab);

/// Files by their names, as YAML; a name is fit to be shown.
using ParsedFiles = std::vector<std::pair<std::string, std::vector<sim::YamlDocument>>>;

/// Tries on a cluster in which the rest has just been applied what events will apply, in their
/// order, so that a typing mistake is told today. What is not there yet is created, for what stands
/// below it; what is there may be gone by then, so that it is fine as a change or as a creation. A
/// quota is not asked: nobody knows what it will have left. The cluster is of no use afterwards.
Result<void> try_held_back(const ParsedFiles& files, const LabSpec& lab, sim::Cluster& cluster);

}  // namespace inferlab::labs
