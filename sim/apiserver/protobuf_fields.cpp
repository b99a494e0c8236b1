// The field numbers of Kubernetes' protobuf messages, for the kinds that clients send in that form.
// Source: the generated.proto files of k8s.io/api and k8s.io/apimachinery.
#include "sim/apiserver/protobuf_fields.h"

#include <algorithm>
#include <charconv>

namespace inferlab::sim {
namespace {

struct Row {
  std::string_view message;
  std::string_view fields;  // "NUMBER NAME" pairs; "@MESSAGE" stands for the fields of that message
};

// In order of name. Fields that the server sets (status) are not among them.
// clang-format off
constexpr Row kRows[] = {
    {"apps.v1.DaemonSet", "1 metadata 2 spec"},
    {"apps.v1.DaemonSetSpec",
     "1 selector 2 template 3 updateStrategy 4 minReadySeconds 6 revisionHistoryLimit"},
    {"apps.v1.DaemonSetUpdateStrategy", "1 type 2 rollingUpdate"},
    {"apps.v1.Deployment", "1 metadata 2 spec"},
    {"apps.v1.DeploymentSpec",
     "1 replicas 2 selector 3 template 4 strategy 5 minReadySeconds 6 revisionHistoryLimit "
     "7 paused 9 progressDeadlineSeconds"},
    {"apps.v1.DeploymentStrategy", "1 type 2 rollingUpdate"},
    {"apps.v1.ReplicaSet", "1 metadata 2 spec"},
    {"apps.v1.ReplicaSetSpec", "1 replicas 4 minReadySeconds 2 selector 3 template"},
    {"apps.v1.RollingUpdateDaemonSet", "1 maxUnavailable 2 maxSurge"},
    {"apps.v1.RollingUpdateDeployment", "1 maxUnavailable 2 maxSurge"},
    {"apps.v1.RollingUpdateStatefulSetStrategy", "1 partition 2 maxUnavailable"},
    {"apps.v1.StatefulSet", "1 metadata 2 spec"},
    {"apps.v1.StatefulSetOrdinals", "1 start"},
    {"apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "1 whenDeleted 2 whenScaled"},
    {"apps.v1.StatefulSetSpec",
     "1 replicas 2 selector 3 template 4 volumeClaimTemplates 5 serviceName "
     "6 podManagementPolicy 7 updateStrategy 8 revisionHistoryLimit 9 minReadySeconds "
     "10 persistentVolumeClaimRetentionPolicy 11 ordinals"},
    {"apps.v1.StatefulSetUpdateStrategy", "1 type 2 rollingUpdate"},
    {"authentication.v1.BoundObjectReference", "1 kind 2 apiVersion 3 name 4 uid"},
    {"authentication.v1.SelfSubjectReview", "1 metadata"},
    {"authentication.v1.TokenRequest", "1 metadata 2 spec"},
    {"authentication.v1.TokenRequestSpec", "1 audiences 3 boundObjectRef 4 expirationSeconds"},
    {"authentication.v1.TokenReview", "1 metadata 2 spec"},
    {"authentication.v1.TokenReviewSpec", "1 token 2 audiences"},
    {"authorization.v1.NonResourceAttributes", "1 path 2 verb"},
    {"authorization.v1.ResourceAttributes",
     "1 namespace 2 verb 3 group 4 version 5 resource 6 subresource 7 name"},
    {"authorization.v1.SelfSubjectAccessReview", "1 metadata 2 spec"},
    {"authorization.v1.SelfSubjectAccessReviewSpec",
     "1 resourceAttributes 2 nonResourceAttributes"},
    {"authorization.v1.SelfSubjectRulesReview", "1 metadata 2 spec"},
    {"authorization.v1.SelfSubjectRulesReviewSpec", "1 namespace"},
    {"authorization.v1.SubjectAccessReview", "1 metadata 2 spec"},
    {"authorization.v1.SubjectAccessReviewSpec",
     "1 resourceAttributes 2 nonResourceAttributes 3 user 4 groups 6 uid"},
    {"autoscaling.v1.CrossVersionObjectReference", "1 kind 2 name 3 apiVersion"},
    {"autoscaling.v1.HorizontalPodAutoscaler", "1 metadata 2 spec"},
    {"autoscaling.v1.HorizontalPodAutoscalerSpec",
     "1 scaleTargetRef 2 minReplicas 3 maxReplicas 4 targetCPUUtilizationPercentage"},
    {"batch.v1.CronJob", "1 metadata 2 spec"},
    {"batch.v1.CronJobSpec",
     "1 schedule 8 timeZone 2 startingDeadlineSeconds 3 concurrencyPolicy 4 suspend "
     "5 jobTemplate 6 successfulJobsHistoryLimit 7 failedJobsHistoryLimit"},
    {"batch.v1.Job", "1 metadata 2 spec"},
    {"batch.v1.JobSpec",
     "1 parallelism 2 completions 3 activeDeadlineSeconds 11 podFailurePolicy "
     "16 successPolicy 7 backoffLimit 12 backoffLimitPerIndex 13 maxFailedIndexes 4 selector "
     "5 manualSelector 6 template 8 ttlSecondsAfterFinished 9 completionMode 10 suspend "
     "14 podReplacementPolicy 15 managedBy"},
    {"batch.v1.JobTemplateSpec", "1 metadata 2 spec"},
    {"batch.v1.PodFailurePolicy", "1 rules"},
    {"batch.v1.PodFailurePolicyOnExitCodesRequirement", "1 containerName 2 operator 3 values"},
    {"batch.v1.PodFailurePolicyOnPodConditionsPattern", "1 type 2 status"},
    {"batch.v1.PodFailurePolicyRule", "1 action 2 onExitCodes 3 onPodConditions"},
    {"batch.v1.SuccessPolicy", "1 rules"},
    {"batch.v1.SuccessPolicyRule", "1 succeededIndexes 2 succeededCount"},
    {"core.v1.AWSElasticBlockStoreVolumeSource", "1 volumeID 2 fsType 3 partition 4 readOnly"},
    {"core.v1.Affinity", "1 nodeAffinity 2 podAffinity 3 podAntiAffinity"},
    {"core.v1.AppArmorProfile", "1 type 2 localhostProfile"},
    {"core.v1.AzureDiskVolumeSource",
     "1 diskName 2 diskURI 3 cachingMode 4 fsType 5 readOnly 6 kind"},
    {"core.v1.AzureFileVolumeSource", "1 secretName 2 shareName 3 readOnly"},
    {"core.v1.CSIVolumeSource",
     "1 driver 2 readOnly 3 fsType 4 volumeAttributes 5 nodePublishSecretRef"},
    {"core.v1.Capabilities", "1 add 2 drop"},
    {"core.v1.CephFSVolumeSource", "1 monitors 2 path 3 user 4 secretFile 5 secretRef 6 readOnly"},
    {"core.v1.CinderVolumeSource", "1 volumeID 2 fsType 3 readOnly 4 secretRef"},
    {"core.v1.ClientIPConfig", "1 timeoutSeconds"},
    {"core.v1.ClusterTrustBundleProjection",
     "1 name 2 signerName 3 labelSelector 5 optional 4 path"},
    {"core.v1.ConfigMap", "1 metadata 4 immutable 2 data 3 binaryData"},
    {"core.v1.ConfigMapEnvSource", "1 @core.v1.LocalObjectReference 2 optional"},
    {"core.v1.ConfigMapKeySelector", "1 @core.v1.LocalObjectReference 2 key 3 optional"},
    {"core.v1.ConfigMapProjection", "1 @core.v1.LocalObjectReference 2 items 4 optional"},
    {"core.v1.ConfigMapVolumeSource",
     "1 @core.v1.LocalObjectReference 2 items 3 defaultMode 4 optional"},
    {"core.v1.Container",
     "1 name 2 image 3 command 4 args 5 workingDir 6 ports 19 envFrom 7 env 8 resources "
     "23 resizePolicy 24 restartPolicy 9 volumeMounts 21 volumeDevices 10 livenessProbe "
     "11 readinessProbe 22 startupProbe 12 lifecycle 13 terminationMessagePath "
     "20 terminationMessagePolicy 14 imagePullPolicy 15 securityContext 16 stdin 17 stdinOnce "
     "18 tty"},
    {"core.v1.ContainerPort", "1 name 2 hostPort 3 containerPort 4 protocol 5 hostIP"},
    {"core.v1.ContainerResizePolicy", "1 resourceName 2 restartPolicy"},
    {"core.v1.DownwardAPIProjection", "1 items"},
    {"core.v1.DownwardAPIVolumeFile", "1 path 2 fieldRef 3 resourceFieldRef 4 mode"},
    {"core.v1.DownwardAPIVolumeSource", "1 items 2 defaultMode"},
    {"core.v1.EmptyDirVolumeSource", "1 medium 2 sizeLimit"},
    {"core.v1.EnvFromSource", "1 prefix 2 configMapRef 3 secretRef"},
    {"core.v1.EnvVar", "1 name 2 value 3 valueFrom"},
    {"core.v1.EnvVarSource", "1 fieldRef 2 resourceFieldRef 3 configMapKeyRef 4 secretKeyRef"},
    {"core.v1.EphemeralContainer", "1 @core.v1.EphemeralContainerCommon 2 targetContainerName"},
    {"core.v1.EphemeralContainerCommon",
     "1 name 2 image 3 command 4 args 5 workingDir 6 ports 19 envFrom 7 env 8 resources "
     "23 resizePolicy 24 restartPolicy 9 volumeMounts 21 volumeDevices 10 livenessProbe "
     "11 readinessProbe 22 startupProbe 12 lifecycle 13 terminationMessagePath "
     "20 terminationMessagePolicy 14 imagePullPolicy 15 securityContext 16 stdin 17 stdinOnce "
     "18 tty"},
    {"core.v1.EphemeralVolumeSource", "1 volumeClaimTemplate"},
    {"core.v1.ExecAction", "1 command"},
    {"core.v1.FCVolumeSource", "1 targetWWNs 2 lun 3 fsType 4 readOnly 5 wwids"},
    {"core.v1.FlexVolumeSource", "1 driver 2 fsType 3 secretRef 4 readOnly 5 options"},
    {"core.v1.FlockerVolumeSource", "1 datasetName 2 datasetUUID"},
    {"core.v1.GCEPersistentDiskVolumeSource", "1 pdName 2 fsType 3 partition 4 readOnly"},
    {"core.v1.GRPCAction", "1 port 2 service"},
    {"core.v1.GitRepoVolumeSource", "1 repository 2 revision 3 directory"},
    {"core.v1.GlusterfsVolumeSource", "1 endpoints 2 path 3 readOnly"},
    {"core.v1.HTTPGetAction", "1 path 2 port 3 host 4 scheme 5 httpHeaders"},
    {"core.v1.HTTPHeader", "1 name 2 value"},
    {"core.v1.HostAlias", "1 ip 2 hostnames"},
    {"core.v1.HostPathVolumeSource", "1 path 2 type"},
    {"core.v1.ISCSIVolumeSource",
     "1 targetPortal 2 iqn 3 lun 4 iscsiInterface 5 fsType 6 readOnly 7 portals "
     "8 chapAuthDiscovery 11 chapAuthSession 10 secretRef 12 initiatorName"},
    {"core.v1.ImageVolumeSource", "1 reference 2 pullPolicy"},
    {"core.v1.KeyToPath", "1 key 2 path 3 mode"},
    {"core.v1.Lifecycle", "1 postStart 2 preStop"},
    {"core.v1.LifecycleHandler", "1 exec 2 httpGet 3 tcpSocket 4 sleep"},
    {"core.v1.LimitRange", "1 metadata 2 spec"},
    {"core.v1.LimitRangeItem",
     "1 type 2 max 3 min 4 default 5 defaultRequest 6 maxLimitRequestRatio"},
    {"core.v1.LimitRangeSpec", "1 limits"},
    {"core.v1.LocalObjectReference", "1 name"},
    {"core.v1.NFSVolumeSource", "1 server 2 path 3 readOnly"},
    {"core.v1.Namespace", "1 metadata 2 spec"},
    {"core.v1.NamespaceSpec", "1 finalizers"},
    {"core.v1.NodeAffinity",
     "1 requiredDuringSchedulingIgnoredDuringExecution "
     "2 preferredDuringSchedulingIgnoredDuringExecution"},
    {"core.v1.NodeSelector", "1 nodeSelectorTerms"},
    {"core.v1.NodeSelectorRequirement", "1 key 2 operator 3 values"},
    {"core.v1.NodeSelectorTerm", "1 matchExpressions 2 matchFields"},
    {"core.v1.ObjectFieldSelector", "1 apiVersion 2 fieldPath"},
    {"core.v1.ObjectReference",
     "1 kind 2 namespace 3 name 4 uid 5 apiVersion 6 resourceVersion 7 fieldPath"},
    {"core.v1.PersistentVolumeClaim", "1 metadata 2 spec"},
    {"core.v1.PersistentVolumeClaimSpec",
     "1 accessModes 4 selector 2 resources 3 volumeName 5 storageClassName 6 volumeMode "
     "7 dataSource 8 dataSourceRef 9 volumeAttributesClassName"},
    {"core.v1.PersistentVolumeClaimTemplate", "1 metadata 2 spec"},
    {"core.v1.PersistentVolumeClaimVolumeSource", "1 claimName 2 readOnly"},
    {"core.v1.PhotonPersistentDiskVolumeSource", "1 pdID 2 fsType"},
    {"core.v1.Pod", "1 metadata 2 spec"},
    {"core.v1.PodAffinity",
     "1 requiredDuringSchedulingIgnoredDuringExecution "
     "2 preferredDuringSchedulingIgnoredDuringExecution"},
    {"core.v1.PodAffinityTerm",
     "1 labelSelector 2 namespaces 3 topologyKey 4 namespaceSelector 5 matchLabelKeys "
     "6 mismatchLabelKeys"},
    {"core.v1.PodAntiAffinity",
     "1 requiredDuringSchedulingIgnoredDuringExecution "
     "2 preferredDuringSchedulingIgnoredDuringExecution"},
    {"core.v1.PodDNSConfig", "1 nameservers 2 searches 3 options"},
    {"core.v1.PodDNSConfigOption", "1 name 2 value"},
    {"core.v1.PodOS", "1 name"},
    {"core.v1.PodReadinessGate", "1 conditionType"},
    {"core.v1.PodResourceClaim", "1 name 3 resourceClaimName 4 resourceClaimTemplateName"},
    {"core.v1.PodSchedulingGate", "1 name"},
    {"core.v1.PodSecurityContext",
     "1 seLinuxOptions 8 windowsOptions 2 runAsUser 6 runAsGroup 3 runAsNonRoot "
     "4 supplementalGroups 12 supplementalGroupsPolicy 5 fsGroup 7 sysctls "
     "9 fsGroupChangePolicy 10 seccompProfile 11 appArmorProfile 13 seLinuxChangePolicy"},
    {"core.v1.PodSpec",
     "1 volumes 20 initContainers 2 containers 34 ephemeralContainers 3 restartPolicy "
     "4 terminationGracePeriodSeconds 5 activeDeadlineSeconds 6 dnsPolicy 7 nodeSelector "
     "8 serviceAccountName 9 serviceAccount 21 automountServiceAccountToken 10 nodeName "
     "11 hostNetwork 12 hostPID 13 hostIPC 27 shareProcessNamespace 14 securityContext "
     "15 imagePullSecrets 16 hostname 17 subdomain 18 affinity 19 schedulerName "
     "22 tolerations 23 hostAliases 24 priorityClassName 25 priority 26 dnsConfig "
     "28 readinessGates 29 runtimeClassName 30 enableServiceLinks 31 preemptionPolicy "
     "32 overhead 33 topologySpreadConstraints 35 setHostnameAsFQDN 36 os 37 hostUsers "
     "38 schedulingGates 39 resourceClaims 40 resources"},
    {"core.v1.PodTemplateSpec", "1 metadata 2 spec"},
    {"core.v1.PortworxVolumeSource", "1 volumeID 2 fsType 3 readOnly"},
    {"core.v1.PreferredSchedulingTerm", "1 weight 2 preference"},
    {"core.v1.Probe",
     "1 @core.v1.ProbeHandler 2 initialDelaySeconds 3 timeoutSeconds 4 periodSeconds "
     "5 successThreshold 6 failureThreshold 7 terminationGracePeriodSeconds"},
    {"core.v1.ProbeHandler", "1 exec 2 httpGet 3 tcpSocket 4 grpc"},
    {"core.v1.ProjectedVolumeSource", "1 sources 2 defaultMode"},
    {"core.v1.QuobyteVolumeSource", "1 registry 2 volume 3 readOnly 4 user 5 group 6 tenant"},
    {"core.v1.RBDVolumeSource",
     "1 monitors 2 image 3 fsType 4 pool 5 user 6 keyring 7 secretRef 8 readOnly"},
    {"core.v1.ResourceClaim", "1 name 2 request"},
    {"core.v1.ResourceFieldSelector", "1 containerName 2 resource 3 divisor"},
    {"core.v1.ResourceQuota", "1 metadata 2 spec"},
    {"core.v1.ResourceQuotaSpec", "1 hard 2 scopes 3 scopeSelector"},
    {"core.v1.ResourceRequirements", "1 limits 2 requests 3 claims"},
    {"core.v1.SELinuxOptions", "1 user 2 role 3 type 4 level"},
    {"core.v1.ScaleIOVolumeSource",
     "1 gateway 2 system 3 secretRef 4 sslEnabled 5 protectionDomain 6 storagePool "
     "7 storageMode 8 volumeName 9 fsType 10 readOnly"},
    {"core.v1.ScopeSelector", "1 matchExpressions"},
    {"core.v1.ScopedResourceSelectorRequirement", "1 scopeName 2 operator 3 values"},
    {"core.v1.SeccompProfile", "1 type 2 localhostProfile"},
    {"core.v1.Secret", "1 metadata 5 immutable 2 data 4 stringData 3 type"},
    {"core.v1.SecretEnvSource", "1 @core.v1.LocalObjectReference 2 optional"},
    {"core.v1.SecretKeySelector", "1 @core.v1.LocalObjectReference 2 key 3 optional"},
    {"core.v1.SecretProjection", "1 @core.v1.LocalObjectReference 2 items 4 optional"},
    {"core.v1.SecretVolumeSource", "1 secretName 2 items 3 defaultMode 4 optional"},
    {"core.v1.SecurityContext",
     "1 capabilities 2 privileged 3 seLinuxOptions 10 windowsOptions 4 runAsUser 8 runAsGroup "
     "5 runAsNonRoot 6 readOnlyRootFilesystem 7 allowPrivilegeEscalation 9 procMount "
     "11 seccompProfile 12 appArmorProfile"},
    {"core.v1.Service", "1 metadata 2 spec"},
    {"core.v1.ServiceAccount",
     "1 metadata 2 secrets 3 imagePullSecrets 4 automountServiceAccountToken"},
    {"core.v1.ServiceAccountTokenProjection", "1 audience 2 expirationSeconds 3 path"},
    {"core.v1.ServicePort", "1 name 2 protocol 6 appProtocol 3 port 4 targetPort 5 nodePort"},
    {"core.v1.ServiceSpec",
     "1 ports 2 selector 3 clusterIP 18 clusterIPs 4 type 5 externalIPs 7 sessionAffinity "
     "8 loadBalancerIP 9 loadBalancerSourceRanges 10 externalName 11 externalTrafficPolicy "
     "12 healthCheckNodePort 13 publishNotReadyAddresses 14 sessionAffinityConfig "
     "19 ipFamilies 17 ipFamilyPolicy 20 allocateLoadBalancerNodePorts 21 loadBalancerClass "
     "22 internalTrafficPolicy 23 trafficDistribution"},
    {"core.v1.SessionAffinityConfig", "1 clientIP"},
    {"core.v1.SleepAction", "1 seconds"},
    {"core.v1.StorageOSVolumeSource",
     "1 volumeName 2 volumeNamespace 3 fsType 4 readOnly 5 secretRef"},
    {"core.v1.Sysctl", "1 name 2 value"},
    {"core.v1.TCPSocketAction", "1 port 2 host"},
    {"core.v1.Toleration", "1 key 2 operator 3 value 4 effect 5 tolerationSeconds"},
    {"core.v1.TopologySpreadConstraint",
     "1 maxSkew 2 topologyKey 3 whenUnsatisfiable 4 labelSelector 5 minDomains "
     "6 nodeAffinityPolicy 7 nodeTaintsPolicy 8 matchLabelKeys"},
    {"core.v1.TypedLocalObjectReference", "1 apiGroup 2 kind 3 name"},
    {"core.v1.TypedObjectReference", "1 apiGroup 2 kind 3 name 4 namespace"},
    {"core.v1.Volume", "1 name 2 @core.v1.VolumeSource"},
    {"core.v1.VolumeDevice", "1 name 2 devicePath"},
    {"core.v1.VolumeMount",
     "1 name 2 readOnly 7 recursiveReadOnly 3 mountPath 4 subPath 5 mountPropagation "
     "6 subPathExpr"},
    {"core.v1.VolumeProjection",
     "1 secret 2 downwardAPI 3 configMap 4 serviceAccountToken 5 clusterTrustBundle"},
    {"core.v1.VolumeResourceRequirements", "1 limits 2 requests"},
    {"core.v1.VolumeSource",
     "1 hostPath 2 emptyDir 3 gcePersistentDisk 4 awsElasticBlockStore 5 gitRepo 6 secret "
     "7 nfs 8 iscsi 9 glusterfs 10 persistentVolumeClaim 11 rbd 12 flexVolume 13 cinder "
     "14 cephfs 15 flocker 16 downwardAPI 17 fc 18 azureFile 19 configMap 20 vsphereVolume "
     "21 quobyte 22 azureDisk 23 photonPersistentDisk 26 projected 24 portworxVolume "
     "25 scaleIO 27 storageos 28 csi 29 ephemeral 30 image"},
    {"core.v1.VsphereVirtualDiskVolumeSource",
     "1 volumePath 2 fsType 3 storagePolicyName 4 storagePolicyID"},
    {"core.v1.WeightedPodAffinityTerm", "1 weight 2 podAffinityTerm"},
    {"core.v1.WindowsSecurityContextOptions",
     "1 gmsaCredentialSpecName 2 gmsaCredentialSpec 3 runAsUserName 4 hostProcess"},
    {"meta.v1.LabelSelector", "1 matchLabels 2 matchExpressions"},
    {"meta.v1.LabelSelectorRequirement", "1 key 2 operator 3 values"},
    {"meta.v1.ManagedFieldsEntry",
     "1 manager 2 operation 3 apiVersion 4 time 6 fieldsType 7 fieldsV1 8 subresource"},
    {"meta.v1.ObjectMeta",
     "1 name 2 generateName 3 namespace 4 selfLink 5 uid 6 resourceVersion 7 generation "
     "8 creationTimestamp 9 deletionTimestamp 10 deletionGracePeriodSeconds 11 labels "
     "12 annotations 13 ownerReferences 14 finalizers 17 managedFields"},
    {"meta.v1.OwnerReference",
     "5 apiVersion 1 kind 3 name 4 uid 6 controller 7 blockOwnerDeletion"},
    {"networking.v1.HTTPIngressPath", "1 path 3 pathType 2 backend"},
    {"networking.v1.HTTPIngressRuleValue", "1 paths"},
    {"networking.v1.Ingress", "1 metadata 2 spec"},
    {"networking.v1.IngressBackend", "4 service 3 resource"},
    {"networking.v1.IngressRule", "1 host 2 @networking.v1.IngressRuleValue"},
    {"networking.v1.IngressRuleValue", "1 http"},
    {"networking.v1.IngressServiceBackend", "1 name 2 port"},
    {"networking.v1.IngressSpec", "4 ingressClassName 1 defaultBackend 2 tls 3 rules"},
    {"networking.v1.IngressTLS", "1 hosts 2 secretName"},
    {"networking.v1.ServiceBackendPort", "1 name 2 number"},
    {"policy.v1.Eviction", "1 metadata 2 deleteOptions"},
    {"policy.v1.PodDisruptionBudget", "1 metadata 2 spec"},
    {"policy.v1.PodDisruptionBudgetSpec",
     "1 minAvailable 2 selector 3 maxUnavailable 4 unhealthyPodEvictionPolicy"},
    {"rbac.v1.AggregationRule", "1 clusterRoleSelectors"},
    {"rbac.v1.ClusterRole", "1 metadata 2 rules 3 aggregationRule"},
    {"rbac.v1.ClusterRoleBinding", "1 metadata 2 subjects 3 roleRef"},
    {"rbac.v1.PolicyRule", "1 verbs 2 apiGroups 3 resources 4 resourceNames 5 nonResourceURLs"},
    {"rbac.v1.Role", "1 metadata 2 rules"},
    {"rbac.v1.RoleBinding", "1 metadata 2 subjects 3 roleRef"},
    {"rbac.v1.RoleRef", "1 apiGroup 2 kind 3 name"},
    {"rbac.v1.Subject", "1 kind 2 apiGroup 3 name 4 namespace"},
    {"scheduling.v1.PriorityClass",
     "1 metadata 2 value 3 globalDefault 4 description 5 preemptionPolicy"},
};
// clang-format on
static_assert(std::ranges::is_sorted(kRows, {}, &Row::message));

}  // namespace

std::optional<std::string_view> protobuf_field(std::string_view message, int number) {
  const auto row = std::ranges::lower_bound(kRows, message, {}, &Row::message);
  if (row == std::end(kRows) || row->message != message) return std::nullopt;
  std::string_view rest = row->fields;
  while (!rest.empty()) {
    int found = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), found);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
    const std::size_t space = rest.find(' ');
    if (error == std::errc() && found == number) return rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  }
  return std::string_view();
}

}  // namespace inferlab::sim
