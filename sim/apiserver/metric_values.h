#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/access/rbac.h"
#include "sim/api/metrics_source.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

/// What a path below /apis/custom.metrics.k8s.io or /apis/external.metrics.k8s.io asks for.
struct MetricPath {
  bool external = false;
  std::string version = {};   // "v1beta1", "v1beta2"
  std::string ns = {};        // empty: of objects in no namespace
  std::string resource = {};  // "pods", "deployments.apps", "namespaces"
  std::string name = {};      // "*": all that the labelSelector chooses
  std::string metric = {};
};

/// .../namespaces/NS/RESOURCE/NAME/METRIC, .../RESOURCE/NAME/METRIC,
/// .../namespaces/NS/metrics/METRIC (of the namespace itself); of external metrics
/// .../namespaces/NS/METRIC. nullopt: another path. Source: kubernetes/design-proposals,
/// instrumentation/custom-metrics-api.md.
std::optional<MetricPath> parse_metric_path(std::string_view path);

/// The right that is needed to read it.
AccessRequest access_of(const MetricPath& path);

/// A MetricValueList or an ExternalMetricValueList, or a Status. nullopt: the cluster has no
/// metrics adapter, so nothing serves the path.
std::optional<HttpResponse> answer_metric_values(RunDoor& door, const HttpRequest& request,
                                                 const MetricPath& path);

/// nullopt: no metrics adapter.
std::optional<MetricNames> metric_names(RunDoor& door);

}  // namespace inferlab::sim
