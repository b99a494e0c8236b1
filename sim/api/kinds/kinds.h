#pragma once

#include "sim/api/kind.h"

/// One constant for each kind served; table.cpp lists them in discovery order.
namespace inferlab::sim::kinds {

extern const Kind kBinding, kConfigMap, kEndpoints, kEvent, kNamespace, kNode, kPod, kSecret,
    kServiceAccount, kService, kDeployment, kReplicaSet, kLease, kEndpointSlice, kEventsEvent;
extern const Kind kLimitRange, kPersistentVolume, kPersistentVolumeClaim, kReplicationController,
    kResourceQuota, kControllerRevision, kDaemonSet, kStatefulSet, kJob, kCronJob,
    kHorizontalPodAutoscaler, kHorizontalPodAutoscalerV1, kPodDisruptionBudget, kIngress,
    kIngressClass, kNetworkPolicy, kPriorityClass, kStorageClass, kVolumeAttachment, kCSINode,
    kRole, kRoleBinding, kClusterRole, kClusterRoleBinding, kRuntimeClass,
    kValidatingAdmissionPolicy, kValidatingAdmissionPolicyBinding, kCustomResourceDefinition,
    kPodTemplate, kComponentStatus;

/// Served only where somebody measures: not in table.cpp, see Api::serve_metrics().
extern const Kind kNodeMetrics, kPodMetrics;

}  // namespace inferlab::sim::kinds
