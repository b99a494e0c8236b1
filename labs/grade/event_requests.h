#pragma once

#include <optional>
#include <string>
#include <vector>

#include "labs/checks/workload_ref.h"
#include "labs/spec/run_event.h"
#include "sim/api/request.h"
#include "sim/api/store.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// A strategic merge patch of the object.
sim::ApiRequest patch_request(const ObjectRef& ref, sim::Value body);

/// What kubectl drain asks for each Pod.
sim::ApiRequest eviction_request(const std::string& ns, const std::string& pod);

/// Of an event that is one request whatever the run looks like: a patch, a deletion, a reading.
/// nullopt: it names no kind of these.
std::optional<sim::ApiRequest> request_of(const RunEvent& event, const sim::KindTable& kinds);

/// The event for each object that it is meant for: a deletion or patch of "*" is for all of the
/// namespace and kind that have the values of `where`, by name. Any other is for one.
std::vector<RunEvent> each_of(const RunEvent& event, sim::Cluster& run);

/// The template of the revision before the present one: what kubectl rollout undo goes back to;
/// null: there is none. Source: k8s.io/kubectl/pkg/polymorphichelpers, DeploymentRollbacker.
sim::Value template_before(const sim::Store& store, const sim::StoredObject& deployment);

/// The patch that gives a container of the template an image; all of them when it has no name.
sim::Value with_image(const sim::Value& pod_template, const std::string& container,
                      const std::string& image);

/// What an operator finds who looks for the newest object; empty: there is none.
std::string newest_value(sim::Cluster& run, const RunEvent::Fill& fill);

}  // namespace inferlab::labs
