#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/admission/policy_expressions.h"
#include "sim/api/cel/val.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What the expressions of a policy are evaluated on. Null: there is none.
struct PolicyInput {
  Value object, old, params, request, ns;
  cel::Val authorizer, request_resource;
};

/// A validation that does not hold, or could not be decided and failurePolicy is Fail.
struct PolicyBreach {
  std::size_t index = 0;  // of the validation
  std::string message;
  std::string reason = {};  // empty: Invalid
};

struct PolicyVerdict {
  std::vector<PolicyBreach> breaches;
  std::vector<std::pair<std::string, std::string>> annotations;  // for the audit log
  std::vector<std::string> annotation_errors;                    // refuse whatever the binding says
};

/// Evaluates match conditions, then validations, messages and audit annotations, each group within
/// a budget of its own as the API server does.
PolicyVerdict evaluate_policy(const PolicyPrograms& programs, const PolicyInput& input);

}  // namespace inferlab::sim
