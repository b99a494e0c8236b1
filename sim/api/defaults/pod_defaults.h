#pragma once

#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

/// The defaults of a PodSpec, in a Pod or a template, beyond the schema's.
/// Source: Kubernetes API reference, "Pod"; pkg/apis/core/v1/defaults.go.
Value default_pod_spec(const Value& spec);

/// What only a Pod's own spec gets: requests from limits, service links, ports of the host.
Value default_pod_only(const Value& spec);

/// The spec.template of a workload, defaulted.
Value default_pod_template(const Value& pod_template);

/// "Always" for an image without a tag or with ":latest", else "IfNotPresent".
std::string_view default_pull_policy(std::string_view image);

/// "Guaranteed", "Burstable" or "BestEffort".
/// Source: Kubernetes documentation, "Pod Quality of Service Classes".
std::string_view qos_class(const Value& pod_spec);

}  // namespace inferlab::sim
