#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/submission.h"
#include "labs/spec/lab_spec.h"
#include "labs/spec/run_event.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// The file of a submission that says what its responder did and when, in the run's virtual time:
///
///   actions:
///     - {at: 12m10s, acknowledge: keys-read}
///     - {at: 13m, delete: RoleBinding/ci/deployer}
///     - {at: 14m, apply: rotated.yaml}          # held back from the first apply
///     - {at: 15m, patch: {object: Deployment/ai/llm, patch: {spec: {paused: true}}}}
///     - {at: 16m, diagnose: {incident: keys-read, cause: leaked-token}}
inline constexpr std::string_view kActionsFile = "actions.yaml";

struct Actions {
  std::vector<RunEvent> events;              // in order of time
  std::set<std::string, std::less<>> files;  // that they apply
};

/// What kActionsFile among the files says; none: nothing. It is written by a stranger: whatever is
/// wrong with it is kInvalid, "FILE:LINE:COLUMN: WHAT: WHY", with a hint. An action lies between
/// the lab's apply time and its horizon, and touches kinds that are an answer to the lab (see
/// is_answer()), or takes nodes out of service; acknowledgements name incidents of the lab.
Result<Actions> actions_in(const std::vector<SubmissionFile>& files, const LabSpec& lab);

/// The text of such a file.
std::string write_actions(const std::vector<RunEvent>& events);

}  // namespace inferlab::labs
