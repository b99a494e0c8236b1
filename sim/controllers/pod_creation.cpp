#include "sim/controllers/pod_creation.h"

#include <algorithm>

namespace inferlab::sim {

bool is_refused_by_ending_namespace(const ApiResponse& response) {
  const Value::Array& causes = response.body["details"]["causes"].items();
  return std::any_of(causes.begin(), causes.end(), [](const Value& cause) {
    return cause["reason"].as_string() == "NamespaceTerminating";
  });
}

}  // namespace inferlab::sim
