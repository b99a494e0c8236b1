#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/apiserver/http.h"
#include "sim/apiserver/media_type.h"
#include "sim/apiserver/request_options.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/table.h"
#include "sim/apiserver/watch_hub.h"

namespace inferlab::sim {

/// Answers a watch: a stream of JSON lines {"type", "object"} that ends with the client, with
/// timeoutSeconds (wall time), or with the server.
///
/// Without a resourceVersion it begins with an ADDED event for each object there is. A selector
/// turns a change into ADDED or DELETED when the object enters or leaves the selection. A version
/// that the run has not reached (of another run, or from before a rewind) is answered by 410
/// Expired, upon which clients list again. Old versions are always there: the store keeps all.
/// Source: Kubernetes documentation, "API Concepts", "Efficient detection of changes".
HttpResponse answer_watch(RunDoor& door, const std::shared_ptr<WatchHub>& hub,
                          std::shared_ptr<const Kind> kind, const DecodedRequest& request,
                          const Representation& representation, IncludeObject include);

}  // namespace inferlab::sim
