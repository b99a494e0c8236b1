#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace inferlab::sim {

// From the values of one metric to a number of Pods: the arithmetic of the
// HorizontalPodAutoscaler alone. Knows no API and no clock but its arguments. Amounts are in
// thousandths ("milli") of the metric's unit. Errors have the texts that the real controller shows.
// Source: Kubernetes 1.32, pkg/controller/podautoscaler/replica_calculator.go; Kubernetes
// documentation, "Horizontal Pod Autoscaling", "Algorithm details".

/// Settings of kube-controller-manager, at its defaults.
struct HpaSettings {
  double tolerance = 0.1;                  // --horizontal-pod-autoscaler-tolerance
  Duration cpu_initialization = 5min;      // --horizontal-pod-autoscaler-cpu-initialization-period
  Duration initial_readiness_delay = 30s;  // --horizontal-pod-autoscaler-initial-readiness-delay
};

/// What the arithmetic needs to know of one Pod.
struct HpaPod {
  std::string name = {};
  std::string phase = {};
  bool deleting = false;
  std::optional<Time> started = {};  // status.startTime
  /// Condition Ready; nullopt: it has none.
  struct Readiness {
    bool is_false = false;  // "False"; Unknown is not
    bool is_true = false;
    Time since{};
  };
  std::optional<Readiness> readiness = {};
  /// What its containers request of the resource; without it `missing_request` says which one
  /// requests nothing.
  std::optional<std::int64_t> request_milli = {};
  std::string missing_request = {};  // "missing request for cpu in container main of Pod web-0"
};

/// The metric of one Pod: what was measured in the `window` that ended `at`.
struct HpaSample {
  std::int64_t milli = 0;
  Time at{};
  Duration window{};
};
using HpaSamples = std::map<std::string, HpaSample, std::less<>>;  // by Pod

/// How many Pods one metric asks for, and the figure that status shows for it.
struct HpaProposal {
  std::int64_t replicas = 0;
  std::int64_t usage_milli = 0;              // of a Pod on average, or the value itself
  std::optional<std::int64_t> percent = {};  // of the requests
};

/// Target averageUtilization: `target_percent` of what the Pods request of `resource`.
Result<HpaProposal> hpa_for_utilization(const HpaSettings& settings, Time now, std::int64_t current,
                                        std::int64_t target_percent, std::string_view resource,
                                        std::span<const HpaPod> pods, HpaSamples samples);

/// Target averageValue of a resource, or with an empty `resource` of a metric of type Pods.
Result<HpaProposal> hpa_for_average_value(const HpaSettings& settings, Time now,
                                          std::int64_t current, std::int64_t target_milli,
                                          std::string_view resource, std::span<const HpaPod> pods,
                                          HpaSamples samples);

/// Target value of metrics of type Object and External.
Result<HpaProposal> hpa_for_value(const HpaSettings& settings, std::int64_t current,
                                  std::int64_t target_milli, std::int64_t usage_milli,
                                  std::span<const HpaPod> pods);

/// Target averageValue of metrics of type Object and External: `usage_milli` is shared by
/// `status_replicas` Pods.
HpaProposal hpa_for_shared_value(const HpaSettings& settings, std::int64_t status_replicas,
                                 std::int64_t target_milli, std::int64_t usage_milli);

}  // namespace inferlab::sim
