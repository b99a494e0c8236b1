#pragma once

#include <string_view>

#include "sim/api/validation/errors.h"

// What names of resources mean: "cpu", "nvidia.com/gpu", "requests.storage".
// Source: Kubernetes 1.32, pkg/apis/core/helper.
namespace inferlab::sim {

/// What a container may ask for without a domain in the name.
bool is_container_resource(std::string_view name);
/// What has a meaning without a domain in the name, for containers, quotas or claims.
bool is_standard_resource(std::string_view name);
/// Kubernetes' own: without a domain, or with its.
bool is_native_resource(std::string_view name);
/// A device: of somebody's domain.
bool is_extended_resource(std::string_view name);
/// Counted in whole numbers: objects and devices.
bool is_whole_resource(std::string_view name);
/// cpu and memory may be promised more often than they are there; devices and huge pages may not.
bool may_overcommit(std::string_view name);

/// An amount is not negative, and whole where it counts things.
void validate_amount(std::string_view name, const Value& amount, const FieldPath& path,
                     FieldErrors& errors);

}  // namespace inferlab::sim
