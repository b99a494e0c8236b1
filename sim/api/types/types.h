#pragma once

#include "sim/api/schema.h"

/// The shapes of all objects served, one constant for each type of the API; which file has which,
/// the section headings say. Constant-initialised: may be used before main().
namespace inferlab::sim::types {

// object_meta.cpp: ObjectMeta and what else every kind shares
extern const Type kManagedFieldsEntry;
extern const Type kOwnerReference;
extern const Type kObjectMeta;
extern const Type kLabelSelectorRequirement;
extern const Type kLabelSelector;
extern const Type kCondition;
extern const Type kPreconditions;
extern const Type kDeleteOptions;

// container.cpp: containers: environment, ports, mounts, resources
extern const Type kConfigMapKeySelector;
extern const Type kObjectFieldSelector;
extern const Type kResourceFieldSelector;
extern const Type kSecretKeySelector;
extern const Type kEnvVarSource;
extern const Type kEnvVar;
extern const Type kConfigMapEnvSource;
extern const Type kSecretEnvSource;
extern const Type kEnvFromSource;
extern const Type kContainerPort;
extern const Type kContainerResizePolicy;
extern const Type kResourceClaim;
extern const Type kResourceRequirements;
extern const Type kVolumeDevice;
extern const Type kVolumeMount;
extern const Type kContainer;
extern const Type kEphemeralContainer;

// probes.cpp: probes and lifecycle hooks
extern const Type kExecAction;
extern const Type kHTTPHeader;
extern const Type kHTTPGetAction;
extern const Type kSleepAction;
extern const Type kTCPSocketAction;
extern const Type kLifecycleHandler;
extern const Type kLifecycle;
extern const Type kGRPCAction;
extern const Type kProbe;

// affinity.cpp: where Pods may run: affinity, spreading, taints and tolerations
extern const Type kTaint;
extern const Type kNodeSelectorRequirement;
extern const Type kNodeSelectorTerm;
extern const Type kPreferredSchedulingTerm;
extern const Type kNodeSelector;
extern const Type kNodeAffinity;
extern const Type kPodAffinityTerm;
extern const Type kWeightedPodAffinityTerm;
extern const Type kPodAffinity;
extern const Type kPodAntiAffinity;
extern const Type kAffinity;
extern const Type kToleration;
extern const Type kTopologySpreadConstraint;
extern const Type kSessionAffinityConfig;

// security_context.cpp: security contexts
extern const Type kAppArmorProfile;
extern const Type kCapabilities;
extern const Type kSELinuxOptions;
extern const Type kSeccompProfile;
extern const Type kWindowsSecurityContextOptions;
extern const Type kSecurityContext;
extern const Type kSysctl;
extern const Type kPodSecurityContext;

// volumes.cpp: volumes and their sources
extern const Type kAWSElasticBlockStoreVolumeSource;
extern const Type kAzureDiskVolumeSource;
extern const Type kAzureFileVolumeSource;
extern const Type kCephFSVolumeSource;
extern const Type kCinderVolumeSource;
extern const Type kKeyToPath;
extern const Type kConfigMapVolumeSource;
extern const Type kCSIVolumeSource;
extern const Type kDownwardAPIVolumeFile;
extern const Type kDownwardAPIVolumeSource;
extern const Type kEmptyDirVolumeSource;
extern const Type kTypedLocalObjectReference;
extern const Type kTypedObjectReference;
extern const Type kVolumeResourceRequirements;
extern const Type kPersistentVolumeClaimSpec;
extern const Type kPersistentVolumeClaimTemplate;
extern const Type kEphemeralVolumeSource;
extern const Type kFCVolumeSource;
extern const Type kFlexVolumeSource;
extern const Type kFlockerVolumeSource;
extern const Type kGCEPersistentDiskVolumeSource;
extern const Type kGitRepoVolumeSource;
extern const Type kGlusterfsVolumeSource;
extern const Type kHostPathVolumeSource;
extern const Type kImageVolumeSource;
extern const Type kISCSIVolumeSource;
extern const Type kNFSVolumeSource;
extern const Type kPersistentVolumeClaimVolumeSource;
extern const Type kPhotonPersistentDiskVolumeSource;
extern const Type kPortworxVolumeSource;
extern const Type kClusterTrustBundleProjection;
extern const Type kConfigMapProjection;
extern const Type kDownwardAPIProjection;
extern const Type kSecretProjection;
extern const Type kServiceAccountTokenProjection;
extern const Type kVolumeProjection;
extern const Type kProjectedVolumeSource;
extern const Type kQuobyteVolumeSource;
extern const Type kRBDVolumeSource;
extern const Type kScaleIOVolumeSource;
extern const Type kSecretVolumeSource;
extern const Type kStorageOSVolumeSource;
extern const Type kVsphereVirtualDiskVolumeSource;
extern const Type kVolume;

// pod_spec.cpp: Pods and Pod templates
extern const Type kPodDNSConfigOption;
extern const Type kPodDNSConfig;
extern const Type kHostAlias;
extern const Type kPodOS;
extern const Type kPodReadinessGate;
extern const Type kPodResourceClaim;
extern const Type kPodSchedulingGate;
extern const Type kPodSpec;
extern const Type kPod;
extern const Type kPodTemplateSpec;

// pod_status.cpp: what the kubelet reports of a Pod
extern const Type kPodCondition;
extern const Type kResourceHealth;
extern const Type kResourceStatus;
extern const Type kContainerStateRunning;
extern const Type kContainerStateTerminated;
extern const Type kContainerStateWaiting;
extern const Type kContainerState;
extern const Type kLinuxContainerUser;
extern const Type kContainerUser;
extern const Type kVolumeMountStatus;
extern const Type kContainerStatus;
extern const Type kHostIP;
extern const Type kPodIP;
extern const Type kPodResourceClaimStatus;
extern const Type kPodStatus;

// node.cpp: Nodes
extern const Type kConfigMapNodeConfigSource;
extern const Type kNodeConfigSource;
extern const Type kNodeSpec;
extern const Type kNodeAddress;
extern const Type kNodeCondition;
extern const Type kNodeConfigStatus;
extern const Type kDaemonEndpoint;
extern const Type kNodeDaemonEndpoints;
extern const Type kNodeFeatures;
extern const Type kContainerImage;
extern const Type kNodeSystemInfo;
extern const Type kNodeRuntimeHandlerFeatures;
extern const Type kNodeRuntimeHandler;
extern const Type kAttachedVolume;
extern const Type kNodeStatus;
extern const Type kNode;

// service.cpp: Services
extern const Type kServicePort;
extern const Type kClientIPConfig;
extern const Type kServiceSpec;
extern const Type kPortStatus;
extern const Type kLoadBalancerIngress;
extern const Type kLoadBalancerStatus;
extern const Type kServiceStatus;
extern const Type kService;

// workloads.cpp: Deployments and ReplicaSets
extern const Type kRollingUpdateDeployment;
extern const Type kDeploymentStrategy;
extern const Type kDeploymentSpec;
extern const Type kDeploymentCondition;
extern const Type kDeploymentStatus;
extern const Type kDeployment;
extern const Type kReplicaSetSpec;
extern const Type kReplicaSetCondition;
extern const Type kReplicaSetStatus;
extern const Type kReplicaSet;

// endpoints.cpp: Endpoints and EndpointSlices
extern const Type kEndpointAddress;
extern const Type kEndpointPort;
extern const Type kEndpointSubset;
extern const Type kEndpoints;
extern const Type kDiscoveryEndpointConditions;
extern const Type kDiscoveryForZone;
extern const Type kDiscoveryEndpointHints;
extern const Type kDiscoveryEndpoint;
extern const Type kDiscoveryEndpointPort;
extern const Type kEndpointSlice;

// events.cpp: Events, core and events.k8s.io
extern const Type kEventSeries;
extern const Type kEventSource;
extern const Type kEvent;
extern const Type kEventsEventSeries;
extern const Type kEventsEvent;

// config.cpp: Namespaces, ConfigMaps, Secrets, ServiceAccounts
extern const Type kNamespaceSpec;
extern const Type kNamespaceCondition;
extern const Type kNamespaceStatus;
extern const Type kNamespace;
extern const Type kConfigMap;
extern const Type kSecret;
extern const Type kServiceAccount;

// requests.cpp: Leases, Scale, Binding and Eviction
extern const Type kBinding;
extern const Type kLeaseSpec;
extern const Type kLease;
extern const Type kScaleSpec;
extern const Type kScaleStatus;
extern const Type kScale;
extern const Type kEviction;

// persistent_volumes.cpp: PersistentVolumes and their claims
extern const Type kPersistentVolumeSpec;
extern const Type kPersistentVolume;
extern const Type kPersistentVolumeClaim;

// batch.cpp: Jobs and CronJobs
extern const Type kJobSpec;
extern const Type kJob;
extern const Type kCronJob;

// horizontal_pod_autoscaler.cpp: version 2
extern const Type kHorizontalPodAutoscaler;

// rbac.cpp: roles and their bindings
extern const Type kRole;
extern const Type kRoleBinding;
extern const Type kClusterRole;
extern const Type kClusterRoleBinding;

// admission_policy.cpp: ValidatingAdmissionPolicies and their bindings
extern const Type kValidatingAdmissionPolicy;
extern const Type kValidatingAdmissionPolicyBinding;

// custom_resource_definition.cpp
extern const Type kCustomResourceDefinition;

// The types of a kind that no other kind uses stand in its own file, sim/api/kinds/NAME.cpp.

// shared.cpp: references that several kinds share
extern const Type kLocalObjectReference;
extern const Type kObjectReference;

}  // namespace inferlab::sim::types
