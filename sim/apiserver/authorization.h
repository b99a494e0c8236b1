#pragma once

#include "sim/api/access/rbac.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/request_options.h"
#include "sim/apiserver/resource_path.h"

namespace inferlab::sim {

/// In whose name a request comes: that of the token's holder, or whom he asks to act for
/// (Impersonate-User, Impersonate-Group).
/// Source: Kubernetes documentation, "User impersonation".
Subject subject_of(const HttpRequest& request, const Subject& holder);

/// What a request for a resource, or for any other path, would do.
AccessRequest access_of(const DecodedRequest& request, const ResourcePath& path);
AccessRequest access_of(const HttpRequest& request);

/// 403: "pods is forbidden: User … cannot list resource …".
HttpResponse access_refused(const Subject& subject, const AccessRequest& access,
                            const AccessDecision& decision);

}  // namespace inferlab::sim
