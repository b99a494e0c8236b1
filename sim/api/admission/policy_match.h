#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/kind.h"
#include "sim/api/request.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// One write as policies see it.
struct PolicyRequest {
  Call& call;
  std::string_view operation;    // "CREATE", "UPDATE", "DELETE"
  std::string_view subresource;  // "scale"
  std::string name, ns;          // of a Namespace `ns` is its name
  Value object, old;             // as they are stored; null: there is none

  /// By which version the request came.
  [[nodiscard]] const Kind& asked() const {
    return call.asked != nullptr ? *call.asked : call.kind;
  }
};

/// Whether a matchConstraints or matchResources is about the request, and in which version: with
/// matchPolicy Equivalent a rule for another version of the resource matches too. nullptr: it is
/// not. An absent one (null) is about everything.
/// Source: Kubernetes documentation, "Matching requests"; k8s.io/apiserver 1.32,
/// pkg/admission/plugin/policy/matching.
const Kind* matched_kind(const Value& match, const PolicyRequest& request);

}  // namespace inferlab::sim
