#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/access/rbac.h"
#include "sim/api/api.h"

namespace inferlab::sim {

/// One write, or a client's reading of Secrets, or the attempt at one, at the level Metadata: who
/// did what, and what became of it. It holds nothing of the bodies.
struct AuditEvent {
  Time at{};
  std::string id;  // a UUID
  std::string user;
  std::vector<std::string> groups;
  std::string source_ip, user_agent;  // empty: not known
  std::string verb;  // "create", "update", "patch", "delete", "deletecollection", "get", "list"
  std::string api_group, api_version, resource, subresource, ns, name;
  std::string query;  // "?dryRun=All", or nothing
  int code = 0;
  Value status;  // of a refusal: metav1.Status; null of what was done
  std::vector<std::pair<std::string, std::string>> annotations;
};

/// The audit log of a run: every write to its API, by clients and by the cluster's own components,
/// and what clients read of Secrets.
/// The last kKept events stay; whoever wants all of them listens from the beginning.
/// Source: Kubernetes documentation, "Auditing".
class AuditLog {
 public:
  static constexpr std::size_t kKept = 10'000;

  explicit AuditLog(Api& api);

  /// A request and its answer; other reads are left out. `allowed`: what the rules of access said
  /// of it, where they were asked.
  void add(const ApiRequest& request, const ApiResponse& response, bool allowed = true);

  [[nodiscard]] const std::deque<AuditEvent>& recent() const { return events_; }
  /// Called with each new event. Once; it must not write to the API.
  void on_event(std::function<void(const AuditEvent&)> listener) {
    listener_ = std::move(listener);
  }

 private:
  std::string new_id();

  Api& api_;
  Rng& ids_;
  std::deque<AuditEvent> events_;
  std::function<void(const AuditEvent&)> listener_;
};

/// One event as one line of JSON, an audit.k8s.io/v1 Event, without the line's end.
std::string write_audit_event(const AuditEvent& event);

}  // namespace inferlab::sim
