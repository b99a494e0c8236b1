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
#include "sim/cluster/audit_origin.h"

namespace inferlab::sim {

/// One write, or a client's reading of Secrets, or the attempt at one: who did what, and what
/// became of it.
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
  std::string path;  // that was asked for; empty: it is made of what stands above
  /// The answer had only begun: so kube-apiserver tells of who could not say who he is.
  bool response_started = false;
  // Null unless AuditLog::take_all() holds.
  Value request_object = {}, response_object = {};
};

/// How much of an event is told. Source: Kubernetes documentation, "Auditing", audit levels.
enum class AuditDetail : std::uint8_t { kMetadata, kRequest, kRequestResponse };

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

  /// A request of nobody: 401. `asked` names a resource, or any other path; `path` is that of the
  /// request, empty: made of `asked`; `why` says what it brought. Of an empty origin it is a
  /// client's that says nothing of itself. Source:
  /// k8s.io/apiserver/pkg/endpoints/filters/authn_audit.go, WithFailedAuthenticationAudit.
  void add_unauthenticated(const AccessRequest& asked, std::string path, std::string_view why,
                           AuditOrigin origin = {});

  /// From now on clients' other reads are noted as well, and what was sent and answered.
  void take_all(bool on) { takes_all_ = on; }

  [[nodiscard]] const std::deque<AuditEvent>& recent() const { return events_; }
  /// Called with each new event. Once; it must not write to the API.
  void on_event(std::function<void(const AuditEvent&)> listener) {
    listener_ = std::move(listener);
  }

 private:
  std::string new_id();
  void keep(AuditEvent event);

  Api& api_;
  Rng& ids_;
  std::deque<AuditEvent> events_;
  std::function<void(const AuditEvent&)> listener_;
  bool takes_all_ = false;
};

/// One event as one line of JSON, an audit.k8s.io/v1 Event, without the line's end.
std::string write_audit_event(const AuditEvent& event, AuditDetail detail = AuditDetail::kMetadata);

}  // namespace inferlab::sim
