#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/kind.h"
#include "sim/api/metrics_source.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// What the API server says it serves, made from the kind tables.
// Source: Kubernetes documentation, "API Concepts", "Discovery API".

Value api_versions(std::string_view server_address);  // /api: APIVersions
// `metrics` are those of a metrics adapter; nullopt: there is none.
Value api_group_list(const KindTable& kinds,  // /apis: APIGroupList
                     const std::optional<MetricNames>& metrics = {});
/// /apis/GROUP: APIGroup; nullopt when nothing of the group is served.
std::optional<Value> api_group(const KindTable& kinds, std::string_view group,
                               const std::optional<MetricNames>& metrics = {});
/// /api/v1, /apis/GROUP/VERSION: APIResourceList.
std::optional<Value> api_resource_list(const KindTable& kinds, std::string_view group,
                                       std::string_view version,
                                       const std::optional<MetricNames>& metrics = {});
/// /api or /apis in one document: APIGroupDiscoveryList. `version` is "v2" or "v2beta1".
Value aggregated_discovery(const KindTable& kinds, bool core, std::string_view version,
                           const std::optional<MetricNames>& metrics = {});

/// "v2" or "v2beta1" when the Accept header prefers the aggregated form; empty otherwise.
std::string aggregated_version(std::string_view accept);

/// /version. `git_version` as "v1.32.4".
Value version_info(std::string_view git_version);

}  // namespace inferlab::sim
