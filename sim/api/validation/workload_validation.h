#pragma once

#include <string_view>

#include "sim/api/kind.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {

/// Deployments and ReplicaSets: selector against template, strategy, what may not change.
/// Kind::validate. Source: Kubernetes 1.32, pkg/apis/apps/validation.
void validate_deployment(const Value& object, const Value& old, FieldErrors& errors);
void validate_replica_set(const Value& object, const Value& old, FieldErrors& errors);

/// StatefulSets and DaemonSets: set_validation.cpp. Kind::validate.
void validate_stateful_set(const Value& object, const Value& old, FieldErrors& errors);
void validate_daemon_set(const Value& object, const Value& old, FieldErrors& errors);

/// What status may say: workload_status_validation.cpp. ReplicationControllers are like
/// ReplicaSets. Source: Kubernetes 1.32, pkg/apis/apps/validation.
void validate_deployment_status(const Value& object, const Value& old, FieldErrors& errors);
void validate_replica_set_status(const Value& object, const Value& old, FieldErrors& errors);
void validate_stateful_set_status(const Value& object, const Value& old, FieldErrors& errors);
void validate_daemon_set_status(const Value& object, const Value& old, FieldErrors& errors);

/// The Pods of a `kind` are restarted always and have no deadline.
void validate_always_restarts(const Value& pod_template, std::string_view kind,
                              const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
