#pragma once

#include "labs/lint/check.h"

namespace inferlab::labs::lint {

// One check each, in the file of its name. What a check reads of a bundle stands in labs/lint.
extern const Check kAutoscalerMaxExceedsPool;
extern const Check kCacheCheckNotAtomic;
extern const Check kCapabilitiesNotDropped;
extern const Check kContextExceedsKvMemory;
extern const Check kCpuPodOnGpuPool;
extern const Check kCpuRequestMissing;
extern const Check kEnvDuplicate;
extern const Check kGpuCountExceedsNode;
extern const Check kGpuLimitMissing;
extern const Check kGpuMemoryUtilizationRange;
extern const Check kGpuNodeSelectorMissing;
extern const Check kGpuParallelismMismatch;
extern const Check kGpuPoolHasNoGpu;
extern const Check kGracePeriodShort;
extern const Check kHostNamespace;
extern const Check kHostpathWritable;
extern const Check kHpaCpuMemoryOnly;
extern const Check kHpaTargetMissing;
extern const Check kHpaUtilizationWithoutRequest;
extern const Check kImageMutableTag;
extern const Check kImageRegistryUnapproved;
extern const Check kIngressBackendMissing;
extern const Check kIngressClassAnnotation;
extern const Check kIngressPortMismatch;
extern const Check kIngressStreamingUnsafe;
extern const Check kIngressTlsMissing;
extern const Check kJobTtlMissing;
extern const Check kLivenessKillsLoading;
extern const Check kMemoryLimitMissing;
extern const Check kMemoryRequestMissing;
extern const Check kModelExceedsGpuMemory;
extern const Check kModelRevisionMissing;
extern const Check kNakedPod;
extern const Check kNamespaceDefault;
extern const Check kNetpolAllowsAllEgress;
extern const Check kNetpolAllowsAllIngress;
extern const Check kNetpolDnsEgressMissing;
extern const Check kNetpolMatchesNothing;
extern const Check kNetpolMissing;
extern const Check kNetpolPeersOrNotAnd;
extern const Check kNetpolPortMismatch;
extern const Check kNodeSelectorNoMatch;
extern const Check kPdbBlocksDrain;
extern const Check kPdbMatchesNothing;
extern const Check kPdbMissing;
extern const Check kPriorityClassUnknown;
extern const Check kPrivilegeEscalationAllowed;
extern const Check kPrivileged;
extern const Check kProbePortMismatch;
extern const Check kPvcAccessModeUnsupported;
extern const Check kPvcRwoMultiReplica;
extern const Check kQuotaInertKey;
extern const Check kRbacWildcard;
extern const Check kReadinessNotLoadAware;
extern const Check kReadinessProbeMissing;
extern const Check kReplicasSingle;
extern const Check kRolloutNeedsSpareGpu;
extern const Check kRunAsRootAllowed;
extern const Check kRuntimeExposedOutsideGateway;
extern const Check kSaTokenAutomounted;
extern const Check kScaleToZeroPrimary;
extern const Check kScalerMetricUnknown;
extern const Check kSecretInArgs;
extern const Check kSecretInEnvLiteral;
extern const Check kServiceDangling;
extern const Check kServicePortMismatch;
extern const Check kServingOnSpot;
extern const Check kShmMissingForTensorParallel;
extern const Check kSpreadMissing;
extern const Check kStartupBudgetShort;
extern const Check kStartupDownloadNoCache;
extern const Check kStartupProbeMissing;
extern const Check kStaticReplicasWithAutoscaler;
extern const Check kStorageClassUnknown;
extern const Check kStrategyRecreate;
extern const Check kStsHeadlessMissing;
extern const Check kTolerationMismatch;
extern const Check kVisibleDevicesOverride;

}  // namespace inferlab::labs::lint
