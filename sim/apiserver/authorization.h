#pragma once

#include "sim/api/access/rbac.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/request_options.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

/// What a request for a resource, or for any other path, would do.
AccessRequest access_of(const DecodedRequest& request, const ResourcePath& path);
AccessRequest access_of(const HttpRequest& request);
/// What a request for a part of a resource that is no document would do: its verb is the method's.
AccessRequest access_of(const HttpRequest& request, const ResourcePath& path);

/// 403: "pods is forbidden: User … cannot list resource …".
HttpResponse access_refused(const Subject& subject, const AccessRequest& access,
                            const AccessDecision& decision);

/// Has a request so told in the audit log that was answered with 401; `path` is what it names.
void note_unauthenticated(const RunDoor& door, const HttpRequest& request,
                          const ResourcePath& path);

/// Has a write that was refused so told in the audit log.
void note_refusal(const RunDoor& door, const ApiRequest& request, const HttpResponse& refusal);

}  // namespace inferlab::sim
