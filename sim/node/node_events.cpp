#include "sim/node/node_events.h"

#include <fmt/format.h>

#include "sim/api/conditions.h"

namespace inferlab::sim {
namespace {

struct Row {
  std::string_view condition, on, off;  // reasons of Events
};
constexpr Row kRows[] = {
    {"MemoryPressure", "NodeHasInsufficientMemory", "NodeHasSufficientMemory"},
    {"DiskPressure", "NodeHasDiskPressure", "NodeHasNoDiskPressure"},
    {"PIDPressure", "NodeHasInsufficientPID", "NodeHasSufficientPID"},
    {"Ready", "NodeReady", "NodeNotReady"},
};

}  // namespace

void record_node_status(EventRecorder& recorder, const StoredObject& node,
                        std::string_view reason) {
  recorder.normal(node, reason, fmt::format("Node {} status is now: {}", node.key.name, reason));
}

void record_conditions(EventRecorder& recorder, const StoredObject& node, const Value& before,
                       const Value& now) {
  for (const Row& row : kRows) {
    const Value& status = find_condition(now, row.condition)["status"];
    if (status.is_null() || status == find_condition(before, row.condition)["status"]) continue;
    record_node_status(recorder, node, status.as_string() == "True" ? row.on : row.off);
  }
}

}  // namespace inferlab::sim
