#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// From the number of Pods that the metrics ask for to the one that a HorizontalPodAutoscaler sets:
// stabilization over past recommendations, rate limits, the smallest and the largest number. Knows
// no API and no clock but its arguments; what is exactly as old as a window is outside of it.
// Source: Kubernetes 1.32, pkg/controller/podautoscaler/horizontal.go; Kubernetes documentation,
// "Horizontal Pod Autoscaling", "Configurable scaling behavior".

struct HpaPolicy {
  bool percent = false;  // else Pods
  std::int64_t value = 0;
  Duration period{};
};

struct HpaRules {
  enum class Select : std::uint8_t { kMax, kMin, kDisabled };
  Duration window{};  // stabilizationWindowSeconds
  Select select = Select::kMax;
  std::vector<HpaPolicy> policies = {};
};

/// spec.behavior, with the defaults of what it leaves out.
struct HpaBehavior {
  HpaRules up, down;
};
/// nullopt of null: then other, fixed rules hold.
std::optional<HpaBehavior> hpa_behavior_from(const Value& behavior);

/// What an autoscaler remembers from sync to sync.
class HpaHistory {
 public:
  struct Mark {
    Time at{};
    std::int64_t replicas = 0;  // recommended; or by how many it grew or shrank
  };

  /// The first sync takes the present number as a recommendation.
  void begin(std::int64_t current, Time now);
  /// The number has been set; remembered only where a behavior is stated.
  void rescaled(const std::optional<HpaBehavior>& behavior, std::int64_t from, std::int64_t to,
                Time now);

  std::vector<Mark> recommendations = {}, scale_ups = {}, scale_downs = {};
};

/// Reason and message of a condition.
struct HpaVerdict {
  std::string_view reason, message;
};

struct HpaNormalized {
  std::int64_t replicas = 0;
  HpaVerdict able_to_scale;
  bool limited = false;
  HpaVerdict limit;  // of condition ScalingLimited
};

/// What may be set of the `desired` Pods that the metrics ask for; notes the recommendation.
HpaNormalized hpa_normalize(HpaHistory& history, const std::optional<HpaBehavior>& behavior,
                            std::int64_t current, std::int64_t desired, std::int64_t least,
                            std::int64_t most, Time now);

}  // namespace inferlab::sim
