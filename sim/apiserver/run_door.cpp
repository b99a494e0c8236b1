#include "sim/apiserver/run_door.h"

#include <utility>

#include "sim/cluster/audit_log.h"
#include "sim/cluster/cluster.h"

namespace inferlab::sim {

RunDoor door_to(Mailbox& mailbox, Cluster& cluster, LogSource logs) {
  return RunDoor{mailbox,
                 cluster.api(),
                 [&cluster](const ApiRequest& request) { return cluster.request(request); },
                 std::move(logs),
                 [&cluster](const ApiRequest& request, const ApiResponse& response) {
                   cluster.audit().add(request, response, /*allowed=*/false);
                 },
                 [&cluster](const UnauthenticatedRequest& request) {
                   cluster.audit().add_unauthenticated(request.asked, request.path, request.why,
                                                       {request.source_ip, request.user_agent});
                 }};
}

}  // namespace inferlab::sim
