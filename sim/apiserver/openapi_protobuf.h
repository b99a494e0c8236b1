#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What clients ask for.
inline constexpr std::string_view kOpenApiProtobufMediaType =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// What the answer calls it: '@' may not stand in a media type, and strict clients say so.
inline constexpr std::string_view kOpenApiProtobufAnswerType =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// An OpenAPI v2 document in gnostic's protobuf form, the only one that older kubectl asks for.
/// Knows the members that openapi_schemas() and openapi_paths() write, and no others. Source of the
/// field numbers: github.com/google/gnostic, openapiv2/OpenAPIv2.proto.
std::string openapi_to_protobuf(const Value& document);

}  // namespace inferlab::sim
