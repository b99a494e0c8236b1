#include "sim/node/heartbeat.h"

#include <utility>

namespace inferlab::sim {

Value renewed_lease(const Value& lease, Time now) {
  return lease.with_path({"spec", "renewTime"}, format_rfc3339_micro(now));
}

Value renewed_node(const Value& node, Time now) {
  const Value stamp = format_rfc3339(now);
  Value::Array conditions = node["status"]["conditions"].items();
  for (Value& condition : conditions) condition = condition.with("lastHeartbeatTime", stamp);
  return node.with_path({"status", "conditions"}, Value::array(std::move(conditions)));
}

}  // namespace inferlab::sim
