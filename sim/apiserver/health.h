#pragma once

#include "sim/apiserver/http.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

/// A path of the API server's own health: /healthz, /livez, /readyz, and one check of theirs, as
/// /readyz/etcd.
bool is_health_path(std::string_view path);

/// Answers it: "ok", or with ?verbose each check by itself; ?exclude=NAME leaves one out. A server
/// whose run has ended or is stuck is not healthy: 500. From any thread; asks the run's.
/// Source: Kubernetes documentation, "Kubernetes API health endpoints"; apiserver, server/healthz.
HttpResponse answer_health(const HttpRequest& request, const RunDoor& door);

}  // namespace inferlab::sim
