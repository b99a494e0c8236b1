#pragma once

#include "sim/cluster/metrics_adapter.h"
#include "sim/cluster/metrics_server.h"

namespace inferlab::sim {

/// metrics-server and a metrics adapter, as most clusters have them. A cluster without simulated
/// nodes has neither: there is no kubelet to read from, as in the control plane that the recorded
/// cases are of, where `kubectl top` says "Metrics API not available".
class ClusterMetrics final : public MetricsSource {
 public:
  ClusterMetrics(Api& api, const Kubelets& kubelets, const Telemetry& telemetry)
      : simulation_(api.simulation()), server_(api, kubelets), adapter_(telemetry) {}

  void start() { server_.start(); }

  std::optional<MeasuredPod> pod(std::string_view ns, std::string_view name) const override {
    return server_.pod(ns, name);
  }
  std::optional<MeasuredNode> node(std::string_view name) const override {
    return server_.node(name);
  }
  Result<std::map<std::string, std::int64_t>> of_objects(
      const ObjectMetricQuery& query) const override {
    return adapter_.of_objects(query, simulation_.now());
  }
  Result<std::vector<ExternalMetric>> external(std::string_view ns, std::string_view metric,
                                               const LabelSelector& selector) const override {
    return adapter_.external(ns, metric, selector, simulation_.now());
  }
  MetricNames names() const override { return adapter_.names(simulation_.now()); }

 private:
  const Simulation& simulation_;
  MetricsServer server_;
  MetricsAdapter adapter_;
};

}  // namespace inferlab::sim
