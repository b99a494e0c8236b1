#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/check.h"
#include "sim/api/api.h"

namespace inferlab::labs::lint {

/// One thing that the API server has against an object.
struct Refusal {
  const Check* check = nullptr;  // of tier kApi, or the one that the refused defect has
  std::string path;              // "spec.template.spec.containers[0].resources.limits"
  std::string message;           // the server's words
};

/// What a refused creation of `written` says, told apart by check: every cause of a 422, every
/// field that strict decoding objects to, or the answer as a whole. Never empty.
std::vector<Refusal> refusals_of(const sim::ApiResponse& response, const sim::Value& written);

/// Why the API does not serve a kind that Kubernetes once served, or serves in another version.
struct RemovedVersion {
  std::string_view api_version, kind;
  std::string_view served_until;  // the last release that had it: "1.24"
  std::string_view successor;     // "policy/v1"; empty: there is none
};
/// nullptr: it is none of them.
/// Source: Kubernetes documentation, "Deprecated API Migration Guide".
const RemovedVersion* removed_version(std::string_view api_version, std::string_view kind);

/// Whether a group is Kubernetes' own, so that what is not served in it exists nowhere.
bool is_kubernetes_group(std::string_view api_version);
/// Whether Kubernetes serves a kind that the API server here does not have.
bool is_only_of_kubernetes(std::string_view api_version, std::string_view kind);

/// -1, 0, 1 as release `a` ("1.24") is older than `b`, the same, newer; what is no release is the
/// newest.
int compare_releases(std::string_view a, std::string_view b);

extern const Check kApiUnreadable, kApiDuplicateKey, kApiRemovedVersion, kApiUnknownField,
    kApiMissingRequired, kApiTypeError, kApiInvalidQuantity, kApiGpuNotInteger,
    kApiGpuRequestWithoutLimit, kApiGpuRequestNeLimit, kApiRequestExceedsLimit,
    kApiSelectorMismatch, kApiLabelInvalid, kApiProbeHandlers, kApiProbeSuccessThreshold,
    kApiVolumeMountUnknown, kApiPdbBoth, kApiHpaMinGtMax, kApiInvalid;

}  // namespace inferlab::labs::lint
