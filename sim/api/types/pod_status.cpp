// Schema tables: what the kubelet reports of a Pod.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPodConditionFields[] = {
    {.name = "lastProbeTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kResourceHealthFields[] = {
    {.name = "health", .omit_zero = true},
    {.name = "resourceID", .required = true, .default_json = "\"\""},
};

constexpr Field kResourceStatusFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "resources",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kResourceHealth,
     .list_type = "map",
     .list_map_keys = "resourceID"},
};

constexpr Field kContainerStateRunningFields[] = {
    {.name = "startedAt", .type = FieldType::kTime, .default_json = "null"},
};

constexpr Field kContainerStateTerminatedFields[] = {
    {.name = "containerID", .omit_zero = true},
    {.name = "exitCode", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "finishedAt", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "signal", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "startedAt", .type = FieldType::kTime, .default_json = "null"},
};

constexpr Field kContainerStateWaitingFields[] = {
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
};

constexpr Field kContainerStateFields[] = {
    {.name = "running", .type = FieldType::kObject, .object = &kContainerStateRunning},
    {.name = "terminated", .type = FieldType::kObject, .object = &kContainerStateTerminated},
    {.name = "waiting", .type = FieldType::kObject, .object = &kContainerStateWaiting},
};

constexpr Field kLinuxContainerUserFields[] = {
    {.name = "gid", .type = FieldType::kInt64, .required = true, .default_json = "0"},
    {.name = "supplementalGroups",
     .type = FieldType::kList,
     .element = FieldType::kInt64,
     .list_type = "atomic"},
    {.name = "uid", .type = FieldType::kInt64, .required = true, .default_json = "0"},
};

constexpr Field kContainerUserFields[] = {
    {.name = "linux", .type = FieldType::kObject, .object = &kLinuxContainerUser},
};

constexpr Field kVolumeMountStatusFields[] = {
    {.name = "mountPath", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "recursiveReadOnly"},
};

constexpr Field kContainerStatusFields[] = {
    {.name = "allocatedResources", .type = FieldType::kMap, .element = FieldType::kQuantity},
    {.name = "allocatedResourcesStatus",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kResourceStatus,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "containerID", .omit_zero = true},
    {.name = "image", .required = true, .default_json = "\"\""},
    {.name = "imageID", .required = true, .default_json = "\"\""},
    {.name = "lastState",
     .type = FieldType::kObject,
     .object = &kContainerState,
     .default_json = "{}"},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "ready", .type = FieldType::kBool, .required = true, .default_json = "false"},
    {.name = "resources", .type = FieldType::kObject, .object = &kResourceRequirements},
    {.name = "restartCount", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "started", .type = FieldType::kBool},
    {.name = "state", .type = FieldType::kObject, .object = &kContainerState, .default_json = "{}"},
    {.name = "user", .type = FieldType::kObject, .object = &kContainerUser},
    {.name = "volumeMounts",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeMountStatus,
     .merge_key = "mountPath",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "mountPath"},
};

constexpr Field kHostIPFields[] = {
    {.name = "ip", .required = true, .default_json = "\"\""},
};

constexpr Field kPodIPFields[] = {
    {.name = "ip", .required = true, .default_json = "\"\""},
};

constexpr Field kPodResourceClaimStatusFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "resourceClaimName"},
};

constexpr Field kPodStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "containerStatuses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerStatus,
     .list_type = "atomic"},
    {.name = "ephemeralContainerStatuses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerStatus,
     .list_type = "atomic"},
    {.name = "hostIP", .omit_zero = true},
    {.name = "hostIPs",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHostIP,
     .merge_key = "ip",
     .patch_strategy = "merge",
     .list_type = "atomic"},
    {.name = "initContainerStatuses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerStatus,
     .list_type = "atomic"},
    {.name = "message", .omit_zero = true},
    {.name = "nominatedNodeName", .omit_zero = true},
    {.name = "phase", .omit_zero = true},
    {.name = "podIP", .omit_zero = true},
    {.name = "podIPs",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodIP,
     .merge_key = "ip",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "ip"},
    {.name = "qosClass", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "resize", .omit_zero = true},
    {.name = "resourceClaimStatuses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodResourceClaimStatus,
     .merge_key = "name",
     .patch_strategy = "merge,retainKeys",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "startTime", .type = FieldType::kTime},
};

}  // namespace

constinit const Type kPodCondition = {"io.k8s.api.core.v1.PodCondition", "", kPodConditionFields};
constinit const Type kResourceHealth = {"io.k8s.api.core.v1.ResourceHealth", "",
                                        kResourceHealthFields};
constinit const Type kResourceStatus = {"io.k8s.api.core.v1.ResourceStatus", "",
                                        kResourceStatusFields};
constinit const Type kContainerStateRunning = {"io.k8s.api.core.v1.ContainerStateRunning", "",
                                               kContainerStateRunningFields};
constinit const Type kContainerStateTerminated = {"io.k8s.api.core.v1.ContainerStateTerminated", "",
                                                  kContainerStateTerminatedFields};
constinit const Type kContainerStateWaiting = {"io.k8s.api.core.v1.ContainerStateWaiting", "",
                                               kContainerStateWaitingFields};
constinit const Type kContainerState = {"io.k8s.api.core.v1.ContainerState", "",
                                        kContainerStateFields};
constinit const Type kLinuxContainerUser = {"io.k8s.api.core.v1.LinuxContainerUser", "",
                                            kLinuxContainerUserFields};
constinit const Type kContainerUser = {"io.k8s.api.core.v1.ContainerUser", "",
                                       kContainerUserFields};
constinit const Type kVolumeMountStatus = {"io.k8s.api.core.v1.VolumeMountStatus", "",
                                           kVolumeMountStatusFields};
constinit const Type kContainerStatus = {"io.k8s.api.core.v1.ContainerStatus", "",
                                         kContainerStatusFields};
constinit const Type kHostIP = {"io.k8s.api.core.v1.HostIP", "", kHostIPFields};
constinit const Type kPodIP = {"io.k8s.api.core.v1.PodIP", "", kPodIPFields};
constinit const Type kPodResourceClaimStatus = {"io.k8s.api.core.v1.PodResourceClaimStatus", "",
                                                kPodResourceClaimStatusFields};
constinit const Type kPodStatus = {"io.k8s.api.core.v1.PodStatus", "", kPodStatusFields};

}  // namespace inferlab::sim::types
