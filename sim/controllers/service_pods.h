#pragma once

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

/// The ports that this Pod serves the Service on, in the Service's order: [{name, port, protocol}].
/// A named target port that the Pod lacks is left out.
Value ports_of(const ServiceView& service, const StoredObject& pod);

/// {kind: Pod, namespace, name, uid}
Value target_reference(const StoredObject& pod);

}  // namespace inferlab::sim
