#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/selector.h"

namespace inferlab::sim {

/// What was used in a window of time.
struct MeasuredUsage {
  std::int64_t cpu_nanocores = 0;
  std::int64_t memory_bytes = 0;  // working set
};

struct MeasuredContainer {
  std::string name;
  MeasuredUsage usage;
};

struct MeasuredPod {
  Time at{};  // the end of the window
  Duration window{};
  std::vector<MeasuredContainer> containers;  // by name
};

struct MeasuredNode {
  Time at{};
  Duration window{};
  MeasuredUsage usage;
};

/// A metric of objects, as custom.metrics.k8s.io is asked for it.
struct ObjectMetricQuery {
  std::string ns = {};        // empty: of objects in no namespace
  std::string resource = {};  // "pods", "deployments.apps"
  std::string singular = {};  // "pod": the label that names the object in a series
  std::vector<std::string> names = {};
  std::string metric = {};
  LabelSelector selector = {};  // of series
};

/// One value of external.metrics.k8s.io.
struct ExternalMetric {
  std::map<std::string, std::string, std::less<>> labels;
  std::int64_t milli = 0;
};

/// The metrics that can be asked for now.
struct MetricNames {
  std::vector<std::pair<std::string, std::string>> custom;  // resource ("pods") and metric, sorted
  std::vector<std::string> external;                        // sorted
};

/// What metrics-server and a metrics adapter know of a cluster: the source of the groups
/// metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io. On the run's thread only.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;

  /// nullopt: not measured yet, or not any more.
  [[nodiscard]] virtual std::optional<MeasuredPod> pod(std::string_view ns,
                                                       std::string_view name) const = 0;
  [[nodiscard]] virtual std::optional<MeasuredNode> node(std::string_view name) const = 0;

  /// The metric of each object that has it, by name, in thousandths. kNotFound: no series of this
  /// name is of such objects.
  [[nodiscard]] virtual Result<std::map<std::string, std::int64_t>> of_objects(
      const ObjectMetricQuery& query) const = 0;
  /// kNotFound: there is no such series in the namespace.
  [[nodiscard]] virtual Result<std::vector<ExternalMetric>> external(
      std::string_view ns, std::string_view metric, const LabelSelector& selector) const = 0;
  [[nodiscard]] virtual MetricNames names() const = 0;
};

}  // namespace inferlab::sim
