#pragma once

#include <optional>
#include <string>

#include "sim/api/value.h"

namespace inferlab::sim {

/// How an object is, in Argo CD's words: Healthy, Suspended, Progressing, Missing, Degraded,
/// Unknown.
struct ObjectHealth {
  std::string status;
  std::string message = {};
};

/// nullopt: objects of this kind have no health (a ConfigMap).
/// Source: Argo CD 3.5 documentation, "Resource Health"; its gitops-engine/pkg/health.
std::optional<ObjectHealth> health_of(const Value& object);

/// Whether `status` is further down the list above than `than`.
bool is_worse_health(std::string_view status, std::string_view than);

}  // namespace inferlab::sim
