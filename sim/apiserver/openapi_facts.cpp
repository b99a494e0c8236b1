#include "sim/apiserver/openapi_facts.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

struct EnumRow {
  std::string_view type, field;
  std::string_view values;  // in order, with commas
};

// In order of type and field.
constexpr EnumRow kEnums[] = {
    {"io.k8s.api.apps.v1.DaemonSetUpdateStrategy", "type", "OnDelete,RollingUpdate"},
    {"io.k8s.api.apps.v1.DeploymentStrategy", "type", "Recreate,RollingUpdate"},
    {"io.k8s.api.apps.v1.StatefulSetSpec", "podManagementPolicy", "OrderedReady,Parallel"},
    {"io.k8s.api.apps.v1.StatefulSetUpdateStrategy", "type", "OnDelete,RollingUpdate"},
    {"io.k8s.api.batch.v1.CronJobSpec", "concurrencyPolicy", "Allow,Forbid,Replace"},
    {"io.k8s.api.batch.v1.JobSpec", "completionMode", "Indexed,NonIndexed"},
    {"io.k8s.api.batch.v1.JobSpec", "podReplacementPolicy", "Failed,TerminatingOrFailed"},
    {"io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement", "operator", "In,NotIn"},
    {"io.k8s.api.batch.v1.PodFailurePolicyRule", "action", "Count,FailIndex,FailJob,Ignore"},
    {"io.k8s.api.core.v1.AppArmorProfile", "type", "Localhost,RuntimeDefault,Unconfined"},
    {"io.k8s.api.core.v1.AzureDiskVolumeSource", "cachingMode", "None,ReadOnly,ReadWrite"},
    {"io.k8s.api.core.v1.AzureDiskVolumeSource", "kind", "Dedicated,Managed,Shared"},
    {"io.k8s.api.core.v1.Container", "imagePullPolicy", "Always,IfNotPresent,Never"},
    {"io.k8s.api.core.v1.Container", "terminationMessagePolicy", "FallbackToLogsOnError,File"},
    {"io.k8s.api.core.v1.ContainerPort", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.core.v1.EndpointPort", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.core.v1.EphemeralContainer", "imagePullPolicy", "Always,IfNotPresent,Never"},
    {"io.k8s.api.core.v1.EphemeralContainer", "terminationMessagePolicy",
     "FallbackToLogsOnError,File"},
    {"io.k8s.api.core.v1.HTTPGetAction", "scheme", "HTTP,HTTPS"},
    {"io.k8s.api.core.v1.HostPathVolumeSource", "type",
     ",BlockDevice,CharDevice,Directory,DirectoryOrCreate,File,FileOrCreate,Socket"},
    {"io.k8s.api.core.v1.ImageVolumeSource", "pullPolicy", "Always,IfNotPresent,Never"},
    {"io.k8s.api.core.v1.ModifyVolumeStatus", "status", "InProgress,Infeasible,Pending"},
    {"io.k8s.api.core.v1.NamespaceStatus", "phase", "Active,Terminating"},
    {"io.k8s.api.core.v1.NodeSelectorRequirement", "operator",
     "DoesNotExist,Exists,Gt,In,Lt,NotIn"},
    {"io.k8s.api.core.v1.NodeStatus", "phase", "Pending,Running,Terminated"},
    {"io.k8s.api.core.v1.PersistentVolumeClaimSpec", "accessModes",
     "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod"},
    {"io.k8s.api.core.v1.PersistentVolumeClaimSpec", "volumeMode", "Block,Filesystem"},
    {"io.k8s.api.core.v1.PersistentVolumeClaimStatus", "accessModes",
     "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod"},
    {"io.k8s.api.core.v1.PersistentVolumeClaimStatus", "allocatedResourceStatuses",
     "ControllerResizeInProgress,ControllerResizeInfeasible,NodeResizeInProgress,"
     "NodeResizeInfeasible,NodeResizePending"},
    {"io.k8s.api.core.v1.PersistentVolumeClaimStatus", "phase", "Bound,Lost,Pending"},
    {"io.k8s.api.core.v1.PersistentVolumeSpec", "accessModes",
     "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod"},
    {"io.k8s.api.core.v1.PersistentVolumeSpec", "persistentVolumeReclaimPolicy",
     "Delete,Recycle,Retain"},
    {"io.k8s.api.core.v1.PersistentVolumeSpec", "volumeMode", "Block,Filesystem"},
    {"io.k8s.api.core.v1.PersistentVolumeStatus", "phase",
     "Available,Bound,Failed,Pending,Released"},
    {"io.k8s.api.core.v1.PodSecurityContext", "fsGroupChangePolicy", "Always,OnRootMismatch"},
    {"io.k8s.api.core.v1.PodSecurityContext", "supplementalGroupsPolicy", "Merge,Strict"},
    {"io.k8s.api.core.v1.PodSpec", "dnsPolicy",
     "ClusterFirst,ClusterFirstWithHostNet,Default,None"},
    {"io.k8s.api.core.v1.PodSpec", "preemptionPolicy", "Never,PreemptLowerPriority"},
    {"io.k8s.api.core.v1.PodSpec", "restartPolicy", "Always,Never,OnFailure"},
    {"io.k8s.api.core.v1.PodStatus", "phase", "Failed,Pending,Running,Succeeded,Unknown"},
    {"io.k8s.api.core.v1.PodStatus", "qosClass", "BestEffort,Burstable,Guaranteed"},
    {"io.k8s.api.core.v1.PortStatus", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.core.v1.ResourceQuotaSpec", "scopes",
     "BestEffort,CrossNamespacePodAffinity,NotBestEffort,NotTerminating,PriorityClass,Terminating"},
    {"io.k8s.api.core.v1.ScopedResourceSelectorRequirement", "operator",
     "DoesNotExist,Exists,In,NotIn"},
    {"io.k8s.api.core.v1.ScopedResourceSelectorRequirement", "scopeName",
     "BestEffort,CrossNamespacePodAffinity,NotBestEffort,NotTerminating,PriorityClass,Terminating"},
    {"io.k8s.api.core.v1.SeccompProfile", "type", "Localhost,RuntimeDefault,Unconfined"},
    {"io.k8s.api.core.v1.SecurityContext", "procMount", "Default,Unmasked"},
    {"io.k8s.api.core.v1.ServicePort", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.core.v1.ServiceSpec", "externalTrafficPolicy", "Cluster,Local"},
    {"io.k8s.api.core.v1.ServiceSpec", "internalTrafficPolicy", "Cluster,Local"},
    {"io.k8s.api.core.v1.ServiceSpec", "ipFamilies", ",IPv4,IPv6"},
    {"io.k8s.api.core.v1.ServiceSpec", "ipFamilyPolicy",
     "PreferDualStack,RequireDualStack,SingleStack"},
    {"io.k8s.api.core.v1.ServiceSpec", "sessionAffinity", "ClientIP,None"},
    {"io.k8s.api.core.v1.ServiceSpec", "type", "ClusterIP,ExternalName,LoadBalancer,NodePort"},
    {"io.k8s.api.core.v1.Taint", "effect", "NoExecute,NoSchedule,PreferNoSchedule"},
    {"io.k8s.api.core.v1.Toleration", "effect", "NoExecute,NoSchedule,PreferNoSchedule"},
    {"io.k8s.api.core.v1.Toleration", "operator", "Equal,Exists"},
    {"io.k8s.api.core.v1.TopologySpreadConstraint", "nodeAffinityPolicy", "Honor,Ignore"},
    {"io.k8s.api.core.v1.TopologySpreadConstraint", "nodeTaintsPolicy", "Honor,Ignore"},
    {"io.k8s.api.core.v1.TopologySpreadConstraint", "whenUnsatisfiable",
     "DoNotSchedule,ScheduleAnyway"},
    {"io.k8s.api.core.v1.VolumeMount", "mountPropagation", "Bidirectional,HostToContainer,None"},
    {"io.k8s.api.discovery.v1.EndpointPort", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.discovery.v1.EndpointSlice", "addressType", "FQDN,IPv4,IPv6"},
    {"io.k8s.api.networking.v1.HTTPIngressPath", "pathType", "Exact,ImplementationSpecific,Prefix"},
    {"io.k8s.api.networking.v1.IngressPortStatus", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.networking.v1.NetworkPolicyPort", "protocol", "SCTP,TCP,UDP"},
    {"io.k8s.api.networking.v1.NetworkPolicySpec", "policyTypes", "Egress,Ingress"},
    {"io.k8s.api.policy.v1.PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy",
     "AlwaysAllow,IfHealthyBudget"},
    {"io.k8s.api.scheduling.v1.PriorityClass", "preemptionPolicy", "Never,PreemptLowerPriority"},
    {"io.k8s.api.storage.v1.StorageClass", "reclaimPolicy", "Delete,Recycle,Retain"},
    {"io.k8s.api.storage.v1.StorageClass", "volumeBindingMode", "Immediate,WaitForFirstConsumer"},
    {"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule", "reason",
     "FieldValueDuplicate,FieldValueForbidden,FieldValueInvalid,FieldValueRequired"},
};

struct RawRow {
  std::string_view type, field;
  RawSchema schema;
};

constexpr std::string_view kSchemaProps =
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

constexpr RawSchema kJson = {"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", false,
                             "Any JSON value, of whatever type the schema allows at this place."};
constexpr RawSchema kOrBool = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", false,
    "A schema, or whether anything is allowed."};
constexpr RawSchema kOrArray = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", false,
    "A schema, or a list of them."};
constexpr RawSchema kOrStrings = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", false,
    "A schema, or a list of names of members."};
constexpr RawSchema kFields = {"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", true,
                               "A set of fields, as a tree of their names."};

constexpr RawRow kRaws[] = {
    {"io.k8s.api.apps.v1.ControllerRevision",
     "data",
     {"io.k8s.apimachinery.pkg.runtime.RawExtension", true, "Any JSON object."}},
    {kSchemaProps, "additionalItems", kOrBool},
    {kSchemaProps, "additionalProperties", kOrBool},
    {kSchemaProps, "default", kJson},
    {kSchemaProps, "dependencies", kOrStrings},
    {kSchemaProps, "enum", kJson},
    {kSchemaProps, "example", kJson},
    {kSchemaProps, "items", kOrArray},
};

template <typename Row>
constexpr bool is_sorted(std::span<const Row> rows) {
  return std::ranges::is_sorted(rows, [](const Row& a, const Row& b) {
    return a.type != b.type ? a.type < b.type : a.field < b.field;
  });
}
static_assert(is_sorted<EnumRow>(kEnums));
static_assert(is_sorted<RawRow>(kRaws));

template <typename Row>
const Row* find(std::span<const Row> rows, std::string_view type, std::string_view field) {
  const auto found = std::lower_bound(rows.begin(), rows.end(), 0, [&](const Row& row, int) {
    return row.type != type ? row.type < type : row.field < field;
  });
  if (found == rows.end() || found->type != type || found->field != field) return nullptr;
  return &*found;
}

}  // namespace

std::string_view openapi_enum(std::string_view type, std::string_view field) {
  const EnumRow* const row = find<EnumRow>(kEnums, type, field);
  return row == nullptr ? std::string_view() : row->values;
}

const RawSchema& openapi_raw_schema(std::string_view type, std::string_view field) {
  const RawRow* const row = find<RawRow>(kRaws, type, field);
  return row == nullptr ? kFields : row->schema;
}

}  // namespace inferlab::sim
