#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "sim/api/kind.h"
#include "sim/api/validation/errors.h"

// The rules of a PodSpec, in the order in which the API server tells them.
// Source: Kubernetes 1.32, pkg/apis/core/validation.
namespace inferlab::sim {

/// A few rules are for Pods and not for the templates that they are made from.
enum class PodSpecOf : std::uint8_t { kPod, kTemplate };

void validate_pod_spec(const Value& spec, const FieldPath& path, PodSpecOf owner,
                       FieldErrors& errors);
/// An int32 without a plus sign or zeros in front, as controller.kubernetes.io/pod-deletion-cost
/// has it.
bool is_deletion_cost(std::string_view text);
/// Annotations that say something to controllers.
void validate_pod_annotations(const Value& annotations, const FieldPath& path, FieldErrors& errors);
/// A workload's spec.template: labels, annotations, spec.
void validate_pod_template(const Value& pod_template, const FieldPath& path, FieldErrors& errors);

using Names = std::set<std::string, std::less<>>;
/// The sound volumes of a Pod, and of each whether it is a claim.
using Volumes = std::map<std::string, bool, std::less<>>;

// containers: container_validation.cpp
void validate_containers(const Value& spec, const Volumes& volumes, const FieldPath& path,
                         FieldErrors& errors);
void validate_resources(const Value& resources, const FieldPath& path, FieldErrors& errors);
// environment: env_validation.cpp
void validate_env(const Value& env, const FieldPath& path, FieldErrors& errors);
void validate_env_from(const Value& env_from, const FieldPath& path, FieldErrors& errors);
/// Which fields of a Pod the downward API has there.
enum class FactsIn : std::uint8_t { kEnv, kFile };
/// fieldRef and resourceFieldRef, of a variable or of a file.
void validate_field_ref(const Value& ref, FactsIn place, const FieldPath& path,
                        FieldErrors& errors);
void validate_resource_ref(const Value& ref, FactsIn place, const FieldPath& path,
                           FieldErrors& errors);
/// Not " i" or "i ": pod_validation.cpp. Templates are not asked.
void validate_trimmed_image(const Value& container, const FieldPath& path, FieldErrors& errors);
// probes and hooks: probe_validation.cpp. `grace_seconds` is the Pod's.
void validate_probes(const Value& container, std::int64_t grace_seconds, const FieldPath& path,
                     FieldErrors& errors);
void validate_port_number(const FieldPath& path, const Value& port, FieldErrors& errors);
void validate_port_or_name(const FieldPath& path, const Value& port, FieldErrors& errors);
// volumes: volume_validation.cpp
Volumes validate_volumes(const Value& volumes, const FieldPath& path, FieldErrors& errors);
// volumeMounts and volumeDevices of a container: mount_validation.cpp
void validate_volume_mounts(const Value& container, const Volumes& volumes, const FieldPath& path,
                            FieldErrors& errors);
void validate_volume_devices(const Value& container, const Volumes& volumes, const FieldPath& path,
                             FieldErrors& errors);
// rights: security_validation.cpp
void validate_pod_security_context(const Value& spec, const FieldPath& path, FieldErrors& errors);
void validate_security_context(const Value& context, const FieldPath& path, FieldErrors& errors);
// where it may run: scheduling_validation.cpp
void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors);
void validate_tolerations(const Value& tolerations, const FieldPath& path, FieldErrors& errors);
void validate_scheduling_gates(const Value& gates, const FieldPath& path, FieldErrors& errors);
void validate_spread_constraints(const Value& constraints, const FieldPath& path,
                                 FieldErrors& errors);

/// "must be greater than or equal to 0", where the value is there and is not.
void validate_not_negative(const FieldPath& path, const Value& value, FieldErrors& errors);
/// Each message of a name check as an error of this field.
void add_name_errors(const FieldPath& path, const Value& value,
                     const std::vector<std::string>& messages, FieldErrors& errors);

}  // namespace inferlab::sim
