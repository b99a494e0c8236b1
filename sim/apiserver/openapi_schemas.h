#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The two forms of OpenAPI that Kubernetes serves: one document for everything (v2), and one for
/// each group version (v3). They differ in how references and unions are written.
enum class OpenApiVersion : std::uint8_t { kV2, kV3 };

/// The schemas of these kinds and of all types they use, by name: "definitions" of v2,
/// "components.schemas" of v3, with Kubernetes' extensions (x-kubernetes-group-version-kind,
/// -patch-merge-key, -patch-strategy, -list-type, -list-map-keys, -map-type).
/// Source: Kubernetes documentation, "Extending Kubernetes", "OpenAPI"; OpenAPI Specification 2.0
/// and 3.0.0.
Value openapi_schemas(std::span<const Kind* const> kinds, OpenApiVersion version);

/// The URL paths of these kinds with their operations, as far as clients look at them: which kind
/// an operation is about, and the query parameters of writes.
Value openapi_paths(std::span<const Kind* const> kinds, OpenApiVersion version);

}  // namespace inferlab::sim
