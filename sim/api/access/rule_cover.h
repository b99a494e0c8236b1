#pragma once

#include <string>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What `wanted` (rules of a role) would allow and none of `held` does, as the API server tells it:
/// one line for each, `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}`, in
/// order. Empty: whoever has `held` gives nothing away that he has not.
/// Source: k8s.io/component-helpers/auth/rbac/validation of 1.32.
std::vector<std::string> missing_rights(const Value& held, const Value& wanted);

}  // namespace inferlab::sim
