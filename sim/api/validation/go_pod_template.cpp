// Source: the internal types of Kubernetes 1.32 (pkg/apis/core/types.go) and the order of their
// fields; Go's package fmt.
#include "sim/api/validation/go_pod_template.h"

#include <span>
#include <string_view>

#include "sim/api/json.h"
#include "sim/api/validation/go_text.h"

namespace inferlab::sim {
namespace {

enum class Shape {
  kText,
  kBool,
  kInt,
  kPointer,
  kTexts,
  kTextMap,
  kAmounts,
  kStructs,
  kStruct,
  kTime
};

struct GoType;

struct GoField {
  std::string_view name, json;
  Shape shape = Shape::kText;
  std::string_view type = {};      // of what a pointer points to or a list holds
  const GoType* fields = nullptr;  // of kStructs and kStruct; null: never printed but as nil
};

struct GoType {
  std::span<const GoField> fields;
};

constexpr GoField kObjectMetaFields[] = {
    {"Name", "name"},
    {"GenerateName", "generateName"},
    {"Namespace", "namespace"},
    {"SelfLink", "selfLink"},
    {"UID", "uid"},
    {"ResourceVersion", "resourceVersion"},
    {"Generation", "generation", Shape::kInt},
    {"CreationTimestamp", "creationTimestamp", Shape::kTime},
    {"DeletionTimestamp", "deletionTimestamp", Shape::kPointer, ""},
    {"DeletionGracePeriodSeconds", "deletionGracePeriodSeconds", Shape::kPointer, "int64"},
    {"Labels", "labels", Shape::kTextMap},
    {"Annotations", "annotations", Shape::kTextMap},
    {"OwnerReferences", "ownerReferences", Shape::kStructs, "v1.OwnerReference"},
    {"Finalizers", "finalizers", Shape::kTexts},
    {"ManagedFields", "managedFields", Shape::kStructs, "v1.ManagedFieldsEntry"}};
constexpr GoType kObjectMeta{kObjectMetaFields};

constexpr GoField kContainerPortFields[] = {{"Name", "name"},
                                            {"HostPort", "hostPort", Shape::kInt},
                                            {"ContainerPort", "containerPort", Shape::kInt},
                                            {"Protocol", "protocol"},
                                            {"HostIP", "hostIP"}};
constexpr GoType kContainerPort{kContainerPortFields};

constexpr GoField kEnvFromFields[] = {
    {"Prefix", "prefix"},
    {"ConfigMapRef", "configMapRef", Shape::kPointer, "core.ConfigMapEnvSource"},
    {"SecretRef", "secretRef", Shape::kPointer, "core.SecretEnvSource"}};
constexpr GoType kEnvFrom{kEnvFromFields};

constexpr GoField kEnvVarFields[] = {
    {"Name", "name"},
    {"Value", "value"},
    {"ValueFrom", "valueFrom", Shape::kPointer, "core.EnvVarSource"}};
constexpr GoType kEnvVar{kEnvVarFields};

constexpr GoField kResourceClaimFields[] = {{"Name", "name"}, {"Request", "request"}};
constexpr GoType kResourceClaim{kResourceClaimFields};

constexpr GoField kResourcesFields[] = {
    {"Limits", "limits", Shape::kAmounts},
    {"Requests", "requests", Shape::kAmounts},
    {"Claims", "claims", Shape::kStructs, "core.ResourceClaim", &kResourceClaim}};
constexpr GoType kResources{kResourcesFields};

constexpr GoField kResizeFields[] = {{"ResourceName", "resourceName"},
                                     {"RestartPolicy", "restartPolicy"}};
constexpr GoType kResize{kResizeFields};

constexpr GoField kMountFields[] = {
    {"Name", "name"},
    {"ReadOnly", "readOnly", Shape::kBool},
    {"RecursiveReadOnly", "recursiveReadOnly", Shape::kPointer, "core.RecursiveReadOnlyMode"},
    {"MountPath", "mountPath"},
    {"SubPath", "subPath"},
    {"MountPropagation", "mountPropagation", Shape::kPointer, "core.MountPropagationMode"},
    {"SubPathExpr", "subPathExpr"}};
constexpr GoType kMount{kMountFields};

constexpr GoField kDeviceFields[] = {{"Name", "name"}, {"DevicePath", "devicePath"}};
constexpr GoType kDevice{kDeviceFields};

constexpr GoField kContainerFields[] = {
    {"Name", "name"},
    {"Image", "image"},
    {"Command", "command", Shape::kTexts},
    {"Args", "args", Shape::kTexts},
    {"WorkingDir", "workingDir"},
    {"Ports", "ports", Shape::kStructs, "core.ContainerPort", &kContainerPort},
    {"EnvFrom", "envFrom", Shape::kStructs, "core.EnvFromSource", &kEnvFrom},
    {"Env", "env", Shape::kStructs, "core.EnvVar", &kEnvVar},
    {"Resources", "resources", Shape::kStruct, "core.ResourceRequirements", &kResources},
    {"ResizePolicy", "resizePolicy", Shape::kStructs, "core.ContainerResizePolicy", &kResize},
    {"RestartPolicy", "restartPolicy", Shape::kPointer, "core.ContainerRestartPolicy"},
    {"VolumeMounts", "volumeMounts", Shape::kStructs, "core.VolumeMount", &kMount},
    {"VolumeDevices", "volumeDevices", Shape::kStructs, "core.VolumeDevice", &kDevice},
    {"LivenessProbe", "livenessProbe", Shape::kPointer, "core.Probe"},
    {"ReadinessProbe", "readinessProbe", Shape::kPointer, "core.Probe"},
    {"StartupProbe", "startupProbe", Shape::kPointer, "core.Probe"},
    {"Lifecycle", "lifecycle", Shape::kPointer, "core.Lifecycle"},
    {"TerminationMessagePath", "terminationMessagePath"},
    {"TerminationMessagePolicy", "terminationMessagePolicy"},
    {"ImagePullPolicy", "imagePullPolicy"},
    {"SecurityContext", "securityContext", Shape::kPointer, "core.SecurityContext"},
    {"Stdin", "stdin", Shape::kBool},
    {"StdinOnce", "stdinOnce", Shape::kBool},
    {"TTY", "tty", Shape::kBool}};
constexpr GoType kContainer{kContainerFields};

constexpr GoField kNameFields[] = {{"Name", "name"}};
constexpr GoType kName{kNameFields};

constexpr GoField kTolerationFields[] = {
    {"Key", "key"},
    {"Operator", "operator"},
    {"Value", "value"},
    {"Effect", "effect"},
    {"TolerationSeconds", "tolerationSeconds", Shape::kPointer, "int64"}};
constexpr GoType kToleration{kTolerationFields};

constexpr GoField kHostAliasFields[] = {{"IP", "ip"}, {"Hostnames", "hostnames", Shape::kTexts}};
constexpr GoType kHostAlias{kHostAliasFields};

constexpr GoField kReadinessGateFields[] = {{"ConditionType", "conditionType"}};
constexpr GoType kReadinessGate{kReadinessGateFields};

constexpr GoField kSpreadFields[] = {
    {"MaxSkew", "maxSkew", Shape::kInt},
    {"TopologyKey", "topologyKey"},
    {"WhenUnsatisfiable", "whenUnsatisfiable"},
    {"LabelSelector", "labelSelector", Shape::kPointer, "v1.LabelSelector"},
    {"MinDomains", "minDomains", Shape::kPointer, "int32"},
    {"NodeAffinityPolicy", "nodeAffinityPolicy", Shape::kPointer, "core.NodeInclusionPolicy"},
    {"NodeTaintsPolicy", "nodeTaintsPolicy", Shape::kPointer, "core.NodeInclusionPolicy"},
    {"MatchLabelKeys", "matchLabelKeys", Shape::kTexts}};
constexpr GoType kSpread{kSpreadFields};

constexpr GoField kPodClaimFields[] = {
    {"Name", "name"},
    {"ResourceClaimName", "resourceClaimName", Shape::kPointer, "string"},
    {"ResourceClaimTemplateName", "resourceClaimTemplateName", Shape::kPointer, "string"}};
constexpr GoType kPodClaim{kPodClaimFields};

constexpr GoField kVolumeSourceFields[] = {
    {"HostPath", "hostPath", Shape::kPointer, "core.HostPathVolumeSource"},
    {"EmptyDir", "emptyDir", Shape::kPointer, "core.EmptyDirVolumeSource"},
    {"GCEPersistentDisk", "gcePersistentDisk", Shape::kPointer,
     "core.GCEPersistentDiskVolumeSource"},
    {"AWSElasticBlockStore", "awsElasticBlockStore", Shape::kPointer,
     "core.AWSElasticBlockStoreVolumeSource"},
    {"GitRepo", "gitRepo", Shape::kPointer, "core.GitRepoVolumeSource"},
    {"Secret", "secret", Shape::kPointer, "core.SecretVolumeSource"},
    {"NFS", "nfs", Shape::kPointer, "core.NFSVolumeSource"},
    {"ISCSI", "iscsi", Shape::kPointer, "core.ISCSIVolumeSource"},
    {"Glusterfs", "glusterfs", Shape::kPointer, "core.GlusterfsVolumeSource"},
    {"PersistentVolumeClaim", "persistentVolumeClaim", Shape::kPointer,
     "core.PersistentVolumeClaimVolumeSource"},
    {"RBD", "rbd", Shape::kPointer, "core.RBDVolumeSource"},
    {"Quobyte", "quobyte", Shape::kPointer, "core.QuobyteVolumeSource"},
    {"FlexVolume", "flexVolume", Shape::kPointer, "core.FlexVolumeSource"},
    {"Cinder", "cinder", Shape::kPointer, "core.CinderVolumeSource"},
    {"CephFS", "cephfs", Shape::kPointer, "core.CephFSVolumeSource"},
    {"Flocker", "flocker", Shape::kPointer, "core.FlockerVolumeSource"},
    {"DownwardAPI", "downwardAPI", Shape::kPointer, "core.DownwardAPIVolumeSource"},
    {"FC", "fc", Shape::kPointer, "core.FCVolumeSource"},
    {"AzureFile", "azureFile", Shape::kPointer, "core.AzureFileVolumeSource"},
    {"ConfigMap", "configMap", Shape::kPointer, "core.ConfigMapVolumeSource"},
    {"VsphereVolume", "vsphereVolume", Shape::kPointer, "core.VsphereVirtualDiskVolumeSource"},
    {"AzureDisk", "azureDisk", Shape::kPointer, "core.AzureDiskVolumeSource"},
    {"PhotonPersistentDisk", "photonPersistentDisk", Shape::kPointer,
     "core.PhotonPersistentDiskVolumeSource"},
    {"Projected", "projected", Shape::kPointer, "core.ProjectedVolumeSource"},
    {"PortworxVolume", "portworxVolume", Shape::kPointer, "core.PortworxVolumeSource"},
    {"ScaleIO", "scaleIO", Shape::kPointer, "core.ScaleIOVolumeSource"},
    {"StorageOS", "storageos", Shape::kPointer, "core.StorageOSVolumeSource"},
    {"CSI", "csi", Shape::kPointer, "core.CSIVolumeSource"},
    {"Ephemeral", "ephemeral", Shape::kPointer, "core.EphemeralVolumeSource"},
    {"Image", "image", Shape::kPointer, "core.ImageVolumeSource"}};
constexpr GoType kVolumeSource{kVolumeSourceFields};
// The source is part of the volume in JSON.
constexpr GoField kVolumeFields[] = {
    {"Name", "name"}, {"VolumeSource", "", Shape::kStruct, "core.VolumeSource", &kVolumeSource}};
constexpr GoType kVolume{kVolumeFields};

constexpr GoField kPodSpecFields[] = {
    {"Volumes", "volumes", Shape::kStructs, "core.Volume", &kVolume},
    {"InitContainers", "initContainers", Shape::kStructs, "core.Container", &kContainer},
    {"Containers", "containers", Shape::kStructs, "core.Container", &kContainer},
    {"EphemeralContainers", "ephemeralContainers", Shape::kStructs, "core.EphemeralContainer"},
    {"RestartPolicy", "restartPolicy"},
    {"TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Shape::kPointer, "int64"},
    {"ActiveDeadlineSeconds", "activeDeadlineSeconds", Shape::kPointer, "int64"},
    {"DNSPolicy", "dnsPolicy"},
    {"NodeSelector", "nodeSelector", Shape::kTextMap},
    {"ServiceAccountName", "serviceAccountName"},
    {"AutomountServiceAccountToken", "automountServiceAccountToken", Shape::kPointer, "bool"},
    {"NodeName", "nodeName"},
    {"SecurityContext", "securityContext", Shape::kPointer, "core.PodSecurityContext"},
    {"ImagePullSecrets", "imagePullSecrets", Shape::kStructs, "core.LocalObjectReference", &kName},
    {"Hostname", "hostname"},
    {"Subdomain", "subdomain"},
    {"SetHostnameAsFQDN", "setHostnameAsFQDN", Shape::kPointer, "bool"},
    {"Affinity", "affinity", Shape::kPointer, "core.Affinity"},
    {"SchedulerName", "schedulerName"},
    {"Tolerations", "tolerations", Shape::kStructs, "core.Toleration", &kToleration},
    {"HostAliases", "hostAliases", Shape::kStructs, "core.HostAlias", &kHostAlias},
    {"PriorityClassName", "priorityClassName"},
    {"Priority", "priority", Shape::kPointer, "int32"},
    {"PreemptionPolicy", "preemptionPolicy", Shape::kPointer, "core.PreemptionPolicy"},
    {"DNSConfig", "dnsConfig", Shape::kPointer, "core.PodDNSConfig"},
    {"ReadinessGates", "readinessGates", Shape::kStructs, "core.PodReadinessGate", &kReadinessGate},
    {"RuntimeClassName", "runtimeClassName", Shape::kPointer, "string"},
    {"Overhead", "overhead", Shape::kAmounts},
    {"EnableServiceLinks", "enableServiceLinks", Shape::kPointer, "bool"},
    {"TopologySpreadConstraints", "topologySpreadConstraints", Shape::kStructs,
     "core.TopologySpreadConstraint", &kSpread},
    {"OS", "os", Shape::kPointer, "core.PodOS"},
    {"SchedulingGates", "schedulingGates", Shape::kStructs, "core.PodSchedulingGate", &kName},
    {"ResourceClaims", "resourceClaims", Shape::kStructs, "core.PodResourceClaim", &kPodClaim},
    {"Resources", "resources", Shape::kPointer, "core.ResourceRequirements"}};
constexpr GoType kPodSpec{kPodSpecFields};

constexpr GoField kTemplateFields[] = {
    {"ObjectMeta", "metadata", Shape::kStruct, "v1.ObjectMeta", &kObjectMeta},
    {"Spec", "spec", Shape::kStruct, "core.PodSpec", &kPodSpec}};
constexpr GoType kTemplate{kTemplateFields};

std::string struct_text(std::string_view type, const GoType& of, const Value& value);

std::string amounts(const Value& list) {
  if (list.is_null()) return "core.ResourceList(nil)";
  std::string out = "core.ResourceList{";
  for (const Value::Member& one : list.members()) {
    out += (out.back() == '{' ? "" : ", ") + to_json(Value(one.key)) + ":" + go_quantity(one.value);
  }
  return out + "}";
}

std::string structs(const GoField& field, const Value& list) {
  const std::string type = "[]" + std::string(field.type);
  if (list.is_null() || field.fields == nullptr) return type + "(nil)";
  std::string out = type + "{";
  for (const Value& one : list.items())
    out += (out.back() == '{' ? "" : ", ") + struct_text(field.type, *field.fields, one);
  return out + "}";
}

std::string text_of(const GoField& field, const Value& value) {
  switch (field.shape) {
    case Shape::kText:
      return to_json(Value(value.as_string()));
    case Shape::kBool:
      return value.as_bool() ? "true" : "false";
    case Shape::kInt:
      return std::to_string(value.as_int());
    case Shape::kPointer:
      // A nil pointer to a time is printed by the time itself.
      return field.type.empty() ? "<nil>" : go_pointer(field.type, value);
    case Shape::kTexts:
      return go_strings(value);
    case Shape::kTextMap:
      return go_string_map(value);
    case Shape::kAmounts:
      return amounts(value);
    case Shape::kStructs:
      return structs(field, value);
    case Shape::kStruct:
      return struct_text(field.type, *field.fields, value);
    case Shape::kTime:
      break;
  }
  return "time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)";  // templates have no time
}

std::string struct_text(std::string_view type, const GoType& of, const Value& value) {
  std::string out = std::string(type) + "{";
  for (const GoField& field : of.fields) {
    out += out.back() == '{' ? "" : ", ";
    out += std::string(field.name) + ":";
    out += text_of(field, field.json.empty() ? value : value[field.json]);
  }
  return out + "}";
}

}  // namespace

std::string go_pod_template(const Value& pod_template) {
  return struct_text("core.PodTemplateSpec", kTemplate, pod_template);
}

}  // namespace inferlab::sim
