#pragma once

#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The kind that a policy's paramKind names; nullptr without one. The error says that there is no
/// such kind, in the API server's words.
Result<const Kind*> param_kind_of(const Api& api, const Value& policy_spec);

/// The objects with which a policy is to be evaluated for a request in `ns`: one null where there
/// are no parameters, none where none was found and that is allowed.
/// Source: k8s.io/apiserver 1.32, pkg/admission/plugin/policy/generic.
Result<std::vector<Value>> collect_params(Api& api, const Kind* kind, const Value& param_ref,
                                          std::string_view ns);

}  // namespace inferlab::sim
