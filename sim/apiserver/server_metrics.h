#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/access/rbac.h"
#include "sim/api/api.h"

namespace inferlab::sim {

/// How many objects of each resource are stored: "pods", "deployments.apps". On the run's thread.
using StoredObjects = std::vector<std::pair<std::string, std::size_t>>;
StoredObjects stored_objects(Api& api);

/// What GET /metrics tells of the API server itself, in Prometheus' text form. Any thread.
/// Source: Kubernetes documentation, "Kubernetes Metrics Reference".
class ServerMetrics {
 public:
  /// Counts a request for a resource that was answered with `code`.
  void count(const AccessRequest& access, std::string_view version, bool dry_run, int code);
  [[nodiscard]] std::string text(const StoredObjects& objects, std::size_t watches,
                                 std::string_view git_version) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> requests_;  // guarded; by label set
};

}  // namespace inferlab::sim
