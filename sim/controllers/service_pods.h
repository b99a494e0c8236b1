#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/views.h"
#include "sim/controllers/work_queue.h"

namespace inferlab::sim {

// What Endpoints and EndpointSlices have in common: which Pods stand behind a Service.
// Source: Kubernetes documentation, "Service" and "EndpointSlices".

/// `selector` is spec.selector of a Service; an empty one selects nothing.
bool selects(const Value& selector, const Labels& labels);

/// Adds to `queue` the Services whose endpoints a change of a Pod may touch.
void add_services_of(const Store& store, const Change& pod_change, WorkQueue& queue);

/// Pods behind `service` that have an address and have not come to their end, by name. Pods that
/// are being deleted are among them.
std::vector<ObjectPtr> pods_behind(const Store& store, const StoredObject& service);

/// The ports that this Pod serves the Service on, in the Service's order: [{name, port, protocol,
/// appProtocol}]. A named target port that the Pod lacks is left out.
Value ports_of(const StoredObject& service, const StoredObject& pod);

/// The Pod's name in the DNS if `service` governs it (spec.subdomain), or empty.
std::string hostname_of(const StoredObject& service, const StoredObject& pod);

/// Notes which change of a Service or of its Pods set off a new version of its endpoints, so that
/// it can be measured how long they take.
/// Source: k8s.io/endpointslice 1.32, util/trigger_time_tracker.go.
class EndpointTriggers {
 public:
  /// When the oldest change since the last call happened, as the API writes times; empty: of what
  /// happened (a Pod that has gone, say) nothing tells when.
  std::string since_last_look(const Store& store, const StoredObject& service);
  void forget(const ObjectKey& service) { seen_.erase(service); }

 private:
  struct Seen {
    std::map<std::string, std::string> pods;  // when its readiness changed, by name
    std::string service;                      // its creation
  };
  std::map<ObjectKey, Seen> seen_;
};

/// The annotation that tells of it; `time` may be empty: none.
Value with_trigger_time(const Value& object, const std::string& time);

/// {kind: Pod, namespace, name, uid}
Value target_reference(const StoredObject& pod);

}  // namespace inferlab::sim
