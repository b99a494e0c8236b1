#pragma once

#include "sim/apiserver/http.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

/// Whether the path is of a connection to a process (exec, attach, port-forward, proxy …), which
/// the API has and the simulation does not.
bool is_connection(const ResourcePath& path);

/// The 404 of an object that is not there, or the 501 that says why there is no such connection and
/// what there is instead.
HttpResponse connection_refused(const RunDoor& door, const ResourcePath& path);

}  // namespace inferlab::sim
