#pragma once

#include "sim/apiserver/http.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/watch_hub.h"

namespace inferlab::sim {

/// Answers GET …/pods/NAME/log: text/plain. Understood are container, follow, previous, timestamps,
/// tailLines, limitBytes, sinceSeconds and sinceTime; times are the run's. With follow the stream
/// goes on until the container ends or restarts, the Pod is gone, or `hub` is closed.
/// Source: Kubernetes API reference, "Pod", "get read log of the specified Pod".
HttpResponse answer_pod_log(RunDoor& door, const std::shared_ptr<WatchHub>& hub,
                            const HttpRequest& request, const ResourcePath& path);

}  // namespace inferlab::sim
