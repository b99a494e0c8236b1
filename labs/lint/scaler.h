#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// One thing that a scaler looks at.
struct ScalerMetric {
  std::string type;      // "Resource", "Pods", … of an HPA; a KEDA trigger's type: "prometheus"
  std::string resource;  // "cpu", "memory" where it is one of these; else empty
  std::string container = {};  // of ContainerResource
  bool is_utilization = false;
  /// Names of metrics: of Pods, Object and External one; of a PromQL query those in it.
  std::vector<std::string> names = {};
  std::string path = {};  // in the scaler's object: "spec.metrics[0]"
};

/// A HorizontalPodAutoscaler or a KEDA ScaledObject.
struct Scaler {
  const Object* object = nullptr;
  bool is_keda = false;
  std::string target_kind, target_name;
  /// What it never goes below; of KEDA 0 where idleReplicaCount says so.
  std::int64_t floor = 1;
  std::int64_t ceiling = 1;
  std::string floor_path, ceiling_path;
  std::vector<ScalerMetric> metrics;

  /// It looks at CPU and memory of Pods and at nothing else.
  [[nodiscard]] bool is_resource_only() const;
};

/// nullopt: `object` is none. Of KEDA its defaults are filled in (minReplicaCount 0,
/// maxReplicaCount 100), of an HPA the API server has done so.
/// Source: KEDA documentation, "ScaledObject specification".
std::optional<Scaler> scaler_of(const Object& object);

}  // namespace inferlab::labs::lint
