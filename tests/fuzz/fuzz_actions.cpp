// actions.yaml and audit-policy.yaml of a submission. Parts: the actions, a file that they may
// apply, the policy.
#include "engine/base/check.h"
#include "labs/checks/audit_rules.h"
#include "labs/grade/actions.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

labs::LabSpec lab_with_an_incident() {
  labs::LabSpec lab;
  lab.apply_at = 1min;
  lab.horizon = 30min;
  labs::Incident incident;
  incident.id = "leak";
  incident.at = 5min;
  incident.causes = {{"token", "a token"}, {"login", "a login"}};
  incident.cause = "token";
  lab.incidents.push_back(std::move(incident));
  return lab;
}

}  // namespace

void fuzz_actions(std::string_view bytes) {
  const std::string actions(next_part(bytes));
  const std::string manifest(next_part(bytes));
  const labs::LabSpec lab = lab_with_an_incident();
  const std::vector<labs::SubmissionFile> files = {{"actions.yaml", actions},
                                                   {"later.yaml", manifest}};
  const auto read = labs::actions_in(files, lab);
  if (!read) {
    INFERLAB_CHECK(read.error().message.starts_with("actions.yaml:") ||
                   read.error().message.starts_with("later.yaml:"));
  } else {
    for (const labs::RunEvent& event : read->events) {
      INFERLAB_CHECK(event.is_response && event.at >= lab.apply_at && event.at <= lab.horizon);
    }
    // What is written says the same.
    const auto again =
        labs::actions_in({{"actions.yaml", labs::write_actions(read->events)}, files[1]}, lab);
    INFERLAB_CHECK(again.has_value() && again->events == read->events);
  }
  const auto policy = labs::read_audit_policy(bytes, "policy.yaml");
  if (!policy) {
    INFERLAB_CHECK(policy.error().message.starts_with("policy.yaml:"));
    return;
  }
  labs::AuditedRequest request;
  request.user = "ann";
  request.verb = "get";
  request.resource = "secrets";
  (void)policy->level_of(request);
}

}  // namespace inferlab::fuzz
