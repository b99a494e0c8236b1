#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/metrics_source.h"
#include "sim/node/kubelets.h"

namespace inferlab::sim {

class Container;
class PodWorker;

/// metrics-server: reads every kubelet's figures every 15 s and keeps the last two readings; what a
/// container or node used is the difference.
///
/// So the first figures of a node are there two readings after its start. A container that was
/// started 10 to 15 s before a reading is measured from its start on; a Pod has no figures as long
/// as one of its containers has none. Of a node that is down nothing is read: its figures, and
/// those of its Pods, are gone with the next reading.
///
/// A container uses what its workload says, or what its Pod does in the annotations
/// `inferlab/cpu-usage` ("300m") and `inferlab/memory-usage` ("1Gi"), which hold for each of the
/// Pod's containers and may be changed while it runs. No container gets more CPU than its limit.
/// A node uses what its containers do, and 60m and 512Mi for its own processes (assumed).
/// Source: kubernetes-sigs/metrics-server, pkg/storage; its README (--metric-resolution).
class MetricsServer {
 public:
  static constexpr Duration kResolution = 15s;

  MetricsServer(Api& api, const Kubelets& kubelets) : api_(api), kubelets_(kubelets) {}
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// The first reading is one resolution away. Must live as long as the simulation is run.
  void start();

  [[nodiscard]] std::optional<MeasuredPod> pod(std::string_view ns, std::string_view name) const;
  [[nodiscard]] std::optional<MeasuredNode> node(std::string_view name) const;

 private:
  struct Point {
    Time at{};
    Duration cpu{};  // since the start
    std::int64_t memory_bytes = 0;
  };
  /// The readings of one run of a container, or of one boot of a node.
  struct Readings {
    std::string run;  // container id; of nodes not used
    Time began{};     // of nodes: the boot; of containers not used
    Duration workload_cpu{};
    Point last;
    std::optional<Point> previous;
    std::uint64_t seen = 0;  // number of the reading
  };
  struct Pod {
    std::map<std::string, Readings, std::less<>> containers;
    std::uint64_t seen = 0;
  };
  using PodName = std::pair<std::string, std::string>;

  void read();
  /// Returns what the Pod's containers have used since the last reading.
  Point read_pod(PodWorker& worker);
  Point read_container(Readings& readings, Container& container, const StoredObject* pod);
  /// `began` is when the container or node was started.
  void take(Readings& readings, Time began, const Point& now) const;
  static std::optional<MeasuredUsage> usage_of(const Readings& readings, Duration* window);

  Api& api_;
  const Kubelets& kubelets_;
  std::map<PodName, Pod> pods_;
  std::vector<Readings> nodes_;  // by the number of the node in the run
  std::map<std::string, std::size_t, std::less<>> node_numbers_;
  std::uint64_t num_readings_ = 0;
};

}  // namespace inferlab::sim
