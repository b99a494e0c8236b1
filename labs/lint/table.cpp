#include <string_view>

#include "labs/lint/api_rules.h"
#include "labs/lint/check.h"
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// In the order of reports: the API server's refusals, images and models, GPUs and where Pods land,
// the server and its memory, resources, probes, replicas, the network, scaling, security, storage.
constexpr const Check* kChecks[] = {
    &kApiUnreadable,
    &kApiDuplicateKey,
    &kApiRemovedVersion,
    &kApiUnknownField,
    &kApiMissingRequired,
    &kApiTypeError,
    &kApiInvalidQuantity,
    &kApiGpuNotInteger,
    &kApiGpuRequestWithoutLimit,
    &kApiGpuRequestNeLimit,
    &kApiRequestExceedsLimit,
    &kApiSelectorMismatch,
    &kApiLabelInvalid,
    &kApiProbeHandlers,
    &kApiProbeSuccessThreshold,
    &kApiVolumeMountUnknown,
    &kApiPdbBoth,
    &kApiHpaMinGtMax,
    &kApiInvalid,
    &kImageMutableTag,
    &kImageRegistryUnapproved,
    &kModelRevisionMissing,
    &kGpuLimitMissing,
    &kGpuNodeSelectorMissing,
    &kNodeSelectorNoMatch,
    &kGpuPoolHasNoGpu,
    &kGpuCountExceedsNode,
    &kTolerationMismatch,
    &kCpuPodOnGpuPool,
    &kServingOnSpot,
    &kVisibleDevicesOverride,
    &kPriorityClassUnknown,
    &kGpuParallelismMismatch,
    &kShmMissingForTensorParallel,
    &kGpuMemoryUtilizationRange,
    &kModelExceedsGpuMemory,
    &kContextExceedsKvMemory,
    &kStartupDownloadNoCache,
    &kCacheCheckNotAtomic,
    &kCpuRequestMissing,
    &kMemoryRequestMissing,
    &kMemoryLimitMissing,
    &kStartupProbeMissing,
    &kStartupBudgetShort,
    &kLivenessKillsLoading,
    &kReadinessProbeMissing,
    &kReadinessNotLoadAware,
    &kProbePortMismatch,
    &kGracePeriodShort,
    &kReplicasSingle,
    &kSpreadMissing,
    &kStrategyRecreate,
    &kRolloutNeedsSpareGpu,
    &kPdbMissing,
    &kPdbBlocksDrain,
    &kPdbMatchesNothing,
    &kServiceDangling,
    &kServicePortMismatch,
    &kRuntimeExposedOutsideGateway,
    &kIngressTlsMissing,
    &kIngressBackendMissing,
    &kIngressPortMismatch,
    &kIngressStreamingUnsafe,
    &kIngressClassAnnotation,
    &kHpaTargetMissing,
    &kHpaCpuMemoryOnly,
    &kHpaUtilizationWithoutRequest,
    &kStaticReplicasWithAutoscaler,
    &kAutoscalerMaxExceedsPool,
    &kScaleToZeroPrimary,
    &kScalerMetricUnknown,
    &kNetpolMissing,
    &kNetpolMatchesNothing,
    &kNetpolPeersOrNotAnd,
    &kNetpolDnsEgressMissing,
    &kNetpolAllowsAllIngress,
    &kNetpolAllowsAllEgress,
    &kNetpolPortMismatch,
    &kPrivileged,
    &kPrivilegeEscalationAllowed,
    &kRunAsRootAllowed,
    &kCapabilitiesNotDropped,
    &kHostNamespace,
    &kHostpathWritable,
    &kSaTokenAutomounted,
    &kSecretInEnvLiteral,
    &kSecretInArgs,
    &kRbacWildcard,
    &kEnvDuplicate,
    &kQuotaInertKey,
    &kPvcRwoMultiReplica,
    &kPvcAccessModeUnsupported,
    &kStorageClassUnknown,
    &kStsHeadlessMissing,
    &kJobTtlMissing,
    &kNamespaceDefault,
    &kNakedPod,
};

}  // namespace

std::span<const Check* const> check_table() {
  return kChecks;
}

const Check* find_check(std::string_view id) {
  for (const Check* check : kChecks) {
    if (check->id == id) return check;
  }
  return nullptr;
}

}  // namespace inferlab::labs::lint
