#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "sim/api/store.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/watch_hub.h"

namespace inferlab::sim {

/// What the server says of itself at /metrics, with the names and labels of the real server's
/// metrics of the same meaning: requests answered, watches being served, objects stored.
/// Source: Kubernetes documentation, "Kubernetes Metrics Reference".
class ServerMetrics {
 public:
  /// A request for a resource was answered with this status. Any thread.
  void count(const HttpRequest& request, const ResourcePath& path, int status);

  struct Gauges {
    std::map<std::string, std::size_t> watches;  // by resource: "deployments.apps"
    std::map<std::string, std::size_t> objects;
  };
  /// In the text format of Prometheus.
  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> requests_;  // by their labels, as they are printed
};

/// How many objects of each kind there are. On the run's thread.
std::map<std::string, std::size_t> objects_by_resource(const Store& store, const KindTable& kinds);

}  // namespace inferlab::sim
