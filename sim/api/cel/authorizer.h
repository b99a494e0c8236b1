#pragma once

#include <functional>

#include "sim/api/access/rbac.h"
#include "sim/api/cel/type.h"
#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// Decides whether somebody may do something; called while an expression runs.
using Authorizer = std::function<AccessDecision(const Subject& who, const AccessRequest& what)>;

/// The type of `authorizer`, and of `authorizer.requestResource`.
Type authorizer_type();
Type resource_check_type();

/// `authorizer`, which asks on behalf of `who`. `decide` must be callable as long as the value
/// lives.
Val authorizer_val(Authorizer decide, Subject who);
/// `authorizer.requestResource`: a check of the resource that the request is about, but for the
/// verb.
Val resource_check_val(Authorizer decide, Subject who, AccessRequest resource);

}  // namespace inferlab::sim::cel
