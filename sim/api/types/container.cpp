// Schema tables: containers: environment, ports, mounts, resources.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kConfigMapKeySelectorFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kObjectFieldSelectorFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "fieldPath", .required = true, .default_json = "\"\""},
};

constexpr Field kResourceFieldSelectorFields[] = {
    {.name = "containerName", .omit_zero = true},
    {.name = "divisor", .type = FieldType::kQuantity},
    {.name = "resource", .required = true, .default_json = "\"\""},
};

constexpr Field kSecretKeySelectorFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kEnvVarSourceFields[] = {
    {.name = "configMapKeyRef",
     .type = FieldType::kObject,
     .object = &kConfigMapKeySelector,
     .atomic_map = true},
    {.name = "fieldRef",
     .type = FieldType::kObject,
     .object = &kObjectFieldSelector,
     .atomic_map = true},
    {.name = "resourceFieldRef",
     .type = FieldType::kObject,
     .object = &kResourceFieldSelector,
     .atomic_map = true},
    {.name = "secretKeyRef",
     .type = FieldType::kObject,
     .object = &kSecretKeySelector,
     .atomic_map = true},
};

constexpr Field kEnvVarFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "value", .omit_zero = true},
    {.name = "valueFrom", .type = FieldType::kObject, .object = &kEnvVarSource},
};

constexpr Field kConfigMapEnvSourceFields[] = {
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kSecretEnvSourceFields[] = {
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kEnvFromSourceFields[] = {
    {.name = "configMapRef", .type = FieldType::kObject, .object = &kConfigMapEnvSource},
    {.name = "prefix", .omit_zero = true},
    {.name = "secretRef", .type = FieldType::kObject, .object = &kSecretEnvSource},
};

constexpr Field kContainerPortFields[] = {
    {.name = "containerPort", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "hostIP", .omit_zero = true},
    {.name = "hostPort", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "name", .omit_zero = true},
    {.name = "protocol", .default_json = "\"TCP\""},
};

constexpr Field kContainerResizePolicyFields[] = {
    {.name = "resourceName", .required = true, .default_json = "\"\""},
    {.name = "restartPolicy", .required = true, .default_json = "\"\""},
};

constexpr Field kResourceClaimFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "request", .omit_zero = true},
};

constexpr Field kResourceRequirementsFields[] = {
    {.name = "claims",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kResourceClaim,
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "limits",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description =
         "The most that may be used. Devices such as nvidia.com/gpu must be stated here."},
    {.name = "requests",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "What is reserved on the node; defaults to the limits."},
};

constexpr Field kVolumeDeviceFields[] = {
    {.name = "devicePath", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kVolumeMountFields[] = {
    {.name = "mountPath", .required = true, .default_json = "\"\""},
    {.name = "mountPropagation", .omit_zero = true},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "recursiveReadOnly"},
    {.name = "subPath", .omit_zero = true},
    {.name = "subPathExpr", .omit_zero = true},
};

constexpr Field kContainerFields[] = {
    {.name = "args",
     .type = FieldType::kList,
     .description = "Arguments to the entry point.",
     .list_type = "atomic"},
    {.name = "command",
     .type = FieldType::kList,
     .description = "Replaces the image's entry point.",
     .list_type = "atomic"},
    {.name = "env",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEnvVar,
     .description = "Environment variables.",
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "envFrom",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEnvFromSource,
     .description = "ConfigMaps and Secrets whose every key becomes an environment variable.",
     .list_type = "atomic"},
    {.name = "image", .description = "The image to run; pin a tag or a digest.", .omit_zero = true},
    {.name = "imagePullPolicy",
     .description = "When to pull the image: Always, IfNotPresent or Never.",
     .omit_zero = true},
    {.name = "lifecycle",
     .type = FieldType::kObject,
     .object = &kLifecycle,
     .description = "Actions after the start and before the end."},
    {.name = "livenessProbe",
     .type = FieldType::kObject,
     .object = &kProbe,
     .description = "When it fails the container is restarted."},
    {.name = "name",
     .description = "Unique within the Pod.",
     .required = true,
     .default_json = "\"\""},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerPort,
     .description = "Ports that the container listens on: for documentation, and for names in "
                    "Services and probes.",
     .merge_key = "containerPort",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "containerPort,protocol"},
    {.name = "readinessProbe",
     .type = FieldType::kObject,
     .object = &kProbe,
     .description = "While it fails the Pod gets no traffic from Services."},
    {.name = "resizePolicy",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerResizePolicy,
     .list_type = "atomic"},
    {.name = "resources",
     .type = FieldType::kObject,
     .object = &kResourceRequirements,
     .description = "What the container is promised (requests) and may use at most (limits).",
     .default_json = "{}"},
    {.name = "restartPolicy"},
    {.name = "securityContext",
     .type = FieldType::kObject,
     .object = &kSecurityContext,
     .description = "User, capabilities and privileges."},
    {.name = "startupProbe",
     .type = FieldType::kObject,
     .object = &kProbe,
     .description = "Until it succeeds the other probes wait: for programs that load for long."},
    {.name = "stdin", .type = FieldType::kBool, .omit_zero = true},
    {.name = "stdinOnce", .type = FieldType::kBool, .omit_zero = true},
    {.name = "terminationMessagePath", .omit_zero = true},
    {.name = "terminationMessagePolicy", .omit_zero = true},
    {.name = "tty", .type = FieldType::kBool, .omit_zero = true},
    {.name = "volumeDevices",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeDevice,
     .merge_key = "devicePath",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "devicePath"},
    {.name = "volumeMounts",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeMount,
     .description = "Where the Pod's volumes appear in the container.",
     .merge_key = "mountPath",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "mountPath"},
    {.name = "workingDir",
     .description = "The directory in which the program starts.",
     .omit_zero = true},
};

constexpr Field kEphemeralContainerFields[] = {
    {.name = "args", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "command", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "env",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEnvVar,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "envFrom",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEnvFromSource,
     .list_type = "atomic"},
    {.name = "image", .omit_zero = true},
    {.name = "imagePullPolicy", .omit_zero = true},
    {.name = "lifecycle", .type = FieldType::kObject, .object = &kLifecycle},
    {.name = "livenessProbe", .type = FieldType::kObject, .object = &kProbe},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerPort,
     .merge_key = "containerPort",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "containerPort,protocol"},
    {.name = "readinessProbe", .type = FieldType::kObject, .object = &kProbe},
    {.name = "resizePolicy",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerResizePolicy,
     .list_type = "atomic"},
    {.name = "resources",
     .type = FieldType::kObject,
     .object = &kResourceRequirements,
     .default_json = "{}"},
    {.name = "restartPolicy", .omit_zero = true},
    {.name = "securityContext", .type = FieldType::kObject, .object = &kSecurityContext},
    {.name = "startupProbe", .type = FieldType::kObject, .object = &kProbe},
    {.name = "stdin", .type = FieldType::kBool, .omit_zero = true},
    {.name = "stdinOnce", .type = FieldType::kBool, .omit_zero = true},
    {.name = "targetContainerName", .omit_zero = true},
    {.name = "terminationMessagePath", .omit_zero = true},
    {.name = "terminationMessagePolicy", .omit_zero = true},
    {.name = "tty", .type = FieldType::kBool, .omit_zero = true},
    {.name = "volumeDevices",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeDevice,
     .merge_key = "devicePath",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "devicePath"},
    {.name = "volumeMounts",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeMount,
     .merge_key = "mountPath",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "mountPath"},
    {.name = "workingDir", .omit_zero = true},
};

}  // namespace

constinit const Type kConfigMapKeySelector = {"io.k8s.api.core.v1.ConfigMapKeySelector", "",
                                              kConfigMapKeySelectorFields};
constinit const Type kObjectFieldSelector = {"io.k8s.api.core.v1.ObjectFieldSelector", "",
                                             kObjectFieldSelectorFields};
constinit const Type kResourceFieldSelector = {"io.k8s.api.core.v1.ResourceFieldSelector", "",
                                               kResourceFieldSelectorFields};
constinit const Type kSecretKeySelector = {"io.k8s.api.core.v1.SecretKeySelector", "",
                                           kSecretKeySelectorFields};
constinit const Type kEnvVarSource = {"io.k8s.api.core.v1.EnvVarSource", "", kEnvVarSourceFields};
constinit const Type kEnvVar = {"io.k8s.api.core.v1.EnvVar", "", kEnvVarFields};
constinit const Type kConfigMapEnvSource = {"io.k8s.api.core.v1.ConfigMapEnvSource", "",
                                            kConfigMapEnvSourceFields};
constinit const Type kSecretEnvSource = {"io.k8s.api.core.v1.SecretEnvSource", "",
                                         kSecretEnvSourceFields};
constinit const Type kEnvFromSource = {"io.k8s.api.core.v1.EnvFromSource", "",
                                       kEnvFromSourceFields};
constinit const Type kContainerPort = {"io.k8s.api.core.v1.ContainerPort", "",
                                       kContainerPortFields};
constinit const Type kContainerResizePolicy = {"io.k8s.api.core.v1.ContainerResizePolicy", "",
                                               kContainerResizePolicyFields};
constinit const Type kResourceClaim = {"io.k8s.api.core.v1.ResourceClaim", "",
                                       kResourceClaimFields};
constinit const Type kResourceRequirements = {"io.k8s.api.core.v1.ResourceRequirements", "",
                                              kResourceRequirementsFields};
constinit const Type kVolumeDevice = {"io.k8s.api.core.v1.VolumeDevice", "", kVolumeDeviceFields};
constinit const Type kVolumeMount = {"io.k8s.api.core.v1.VolumeMount", "", kVolumeMountFields};
constinit const Type kContainer = {"io.k8s.api.core.v1.Container", "", kContainerFields};
constinit const Type kEphemeralContainer = {"io.k8s.api.core.v1.EphemeralContainer", "",
                                            kEphemeralContainerFields};

}  // namespace inferlab::sim::types
