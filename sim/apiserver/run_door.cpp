#include "sim/apiserver/run_door.h"

#include <utility>

#include "sim/cluster/cluster.h"

namespace inferlab::sim {

RunDoor door_to(Mailbox& mailbox, Cluster& cluster, LogSource logs) {
  return RunDoor{mailbox, cluster.api(),
                 [&cluster](const ApiRequest& request) { return cluster.request(request); },
                 std::move(logs)};
}

}  // namespace inferlab::sim
