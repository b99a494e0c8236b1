#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

inline constexpr std::string_view kProtobufMediaType = "application/vnd.kubernetes.protobuf";

/// Reads a body in Kubernetes' protobuf form: the bytes "k8s\0", then a runtime.Unknown with the
/// type and the message. kubectl sends it for `create deployment`, `autoscale`, `auth can-i` and
/// the like; everything else it sends as JSON.
///
/// Understood are the kinds of protobuf_fields.cpp, whose shapes come from the kinds' schemas.
/// kNotFound: a kind that is not among them; kInvalid: broken bytes.
/// Source: Kubernetes documentation, "API Concepts", "Kubernetes Protobuf encoding".
Result<Value> decode_kube_protobuf(std::string_view body);

}  // namespace inferlab::sim
