#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/controllers/hpa_replicas.h"

namespace inferlab::sim {

/// What one entry of spec.metrics comes to.
struct HpaMetric {
  HpaProposal proposal = {};
  std::string name = {};  // "cpu resource utilization (percentage of request)"
  Value status = {};      // for status.currentMetrics
  /// Why there is no figure, in the real controller's words.
  struct Failure {
    std::string_view reason;  // "FailedGetResourceMetric"
    std::string why;          // of the Event and the condition
    std::string whole;        // what the sync as a whole fails with
  };
  std::optional<Failure> failure = {};
};

/// Whose metrics, and which Pods they are of.
struct HpaTarget {
  Api& api;
  const HpaSettings& settings;
  std::string ns;
  std::int64_t spec_replicas = 0, status_replicas = 0;
  std::vector<ObjectPtr> pods;
};

/// Asks for the figures of one metric and what they ask for. Without metrics-server, or an adapter,
/// the failure is the one that the missing API gives.
/// Source: Kubernetes 1.32, pkg/controller/podautoscaler/horizontal.go and metrics/client.go.
HpaMetric hpa_metric(const HpaTarget& target, const Value& spec);

/// metav1.LabelSelector as Go prints it with %+v; "nil" of null. Events name metrics with it.
std::string go_selector_text(const Value& selector);

}  // namespace inferlab::sim
