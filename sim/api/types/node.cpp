// Schema tables: Nodes.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kConfigMapNodeConfigSourceFields[] = {
    {.name = "kubeletConfigKey", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "namespace", .required = true, .default_json = "\"\""},
    {.name = "resourceVersion", .omit_zero = true},
    {.name = "uid", .omit_zero = true},
};

constexpr Field kNodeConfigSourceFields[] = {
    {.name = "configMap", .type = FieldType::kObject, .object = &kConfigMapNodeConfigSource},
};

constexpr Field kNodeSpecFields[] = {
    {.name = "configSource", .type = FieldType::kObject, .object = &kNodeConfigSource},
    {.name = "externalID", .omit_zero = true},
    {.name = "podCIDR", .omit_zero = true},
    {.name = "podCIDRs", .type = FieldType::kList, .patch_strategy = "merge", .list_type = "set"},
    {.name = "providerID", .omit_zero = true},
    {.name = "taints",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kTaint,
     .description = "What keeps Pods without a matching toleration away.",
     .list_type = "atomic"},
    {.name = "unschedulable",
     .type = FieldType::kBool,
     .description = "While set (cordoned), no new Pods are placed here.",
     .omit_zero = true},
};

constexpr Field kNodeAddressFields[] = {
    {.name = "address", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kNodeConditionFields[] = {
    {.name = "lastHeartbeatTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kNodeConfigStatusFields[] = {
    {.name = "active", .type = FieldType::kObject, .object = &kNodeConfigSource},
    {.name = "assigned", .type = FieldType::kObject, .object = &kNodeConfigSource},
    {.name = "error"},
    {.name = "lastKnownGood", .type = FieldType::kObject, .object = &kNodeConfigSource},
};

constexpr Field kDaemonEndpointFields[] = {
    {.name = "Port", .type = FieldType::kInt32, .required = true, .default_json = "0"},
};

constexpr Field kNodeDaemonEndpointsFields[] = {
    {.name = "kubeletEndpoint",
     .type = FieldType::kObject,
     .object = &kDaemonEndpoint,
     .default_json = "{}"},
};

constexpr Field kNodeFeaturesFields[] = {
    {.name = "supplementalGroupsPolicy", .type = FieldType::kBool},
};

constexpr Field kContainerImageFields[] = {
    {.name = "names", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "sizeBytes", .type = FieldType::kInt64, .omit_zero = true},
};

constexpr Field kNodeSystemInfoFields[] = {
    {.name = "architecture", .required = true, .default_json = "\"\""},
    {.name = "bootID", .required = true, .default_json = "\"\""},
    {.name = "containerRuntimeVersion", .required = true, .default_json = "\"\""},
    {.name = "kernelVersion", .required = true, .default_json = "\"\""},
    {.name = "kubeProxyVersion", .required = true, .default_json = "\"\""},
    {.name = "kubeletVersion", .required = true, .default_json = "\"\""},
    {.name = "machineID", .required = true, .default_json = "\"\""},
    {.name = "operatingSystem", .required = true, .default_json = "\"\""},
    {.name = "osImage", .required = true, .default_json = "\"\""},
    {.name = "systemUUID", .required = true, .default_json = "\"\""},
};

constexpr Field kNodeRuntimeHandlerFeaturesFields[] = {
    {.name = "recursiveReadOnlyMounts", .type = FieldType::kBool},
    {.name = "userNamespaces", .type = FieldType::kBool},
};

constexpr Field kNodeRuntimeHandlerFields[] = {
    {.name = "features", .type = FieldType::kObject, .object = &kNodeRuntimeHandlerFeatures},
    {.name = "name", .default_json = "\"\""},
};

constexpr Field kAttachedVolumeFields[] = {
    {.name = "devicePath", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kNodeStatusFields[] = {
    {.name = "addresses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeAddress,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "allocatable",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "What Pods may use."},
    {.name = "capacity",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "All that the machine has."},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeCondition,
     .description = "Whether the node is ready, and short of what.",
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "config", .type = FieldType::kObject, .object = &kNodeConfigStatus},
    {.name = "daemonEndpoints",
     .type = FieldType::kObject,
     .object = &kNodeDaemonEndpoints,
     .default_json = "{}"},
    {.name = "features", .type = FieldType::kObject, .object = &kNodeFeatures},
    {.name = "images",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainerImage,
     .list_type = "atomic"},
    {.name = "nodeInfo",
     .type = FieldType::kObject,
     .object = &kNodeSystemInfo,
     .default_json = "{}"},
    {.name = "phase", .omit_zero = true},
    {.name = "runtimeHandlers",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeRuntimeHandler,
     .list_type = "atomic"},
    {.name = "volumesAttached",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kAttachedVolume,
     .list_type = "atomic"},
    {.name = "volumesInUse", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kNodeFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kNodeSpec, .default_json = "{}"},
    {.name = "status", .type = FieldType::kObject, .object = &kNodeStatus, .default_json = "{}"},
};

}  // namespace

constinit const Type kConfigMapNodeConfigSource = {"io.k8s.api.core.v1.ConfigMapNodeConfigSource",
                                                   "", kConfigMapNodeConfigSourceFields};
constinit const Type kNodeConfigSource = {"io.k8s.api.core.v1.NodeConfigSource", "",
                                          kNodeConfigSourceFields};
constinit const Type kNodeSpec = {"io.k8s.api.core.v1.NodeSpec", "", kNodeSpecFields};
constinit const Type kNodeAddress = {"io.k8s.api.core.v1.NodeAddress", "", kNodeAddressFields};
constinit const Type kNodeCondition = {"io.k8s.api.core.v1.NodeCondition", "",
                                       kNodeConditionFields};
constinit const Type kNodeConfigStatus = {"io.k8s.api.core.v1.NodeConfigStatus", "",
                                          kNodeConfigStatusFields};
constinit const Type kDaemonEndpoint = {"io.k8s.api.core.v1.DaemonEndpoint", "",
                                        kDaemonEndpointFields};
constinit const Type kNodeDaemonEndpoints = {"io.k8s.api.core.v1.NodeDaemonEndpoints", "",
                                             kNodeDaemonEndpointsFields};
constinit const Type kNodeFeatures = {"io.k8s.api.core.v1.NodeFeatures", "", kNodeFeaturesFields};
constinit const Type kContainerImage = {"io.k8s.api.core.v1.ContainerImage", "",
                                        kContainerImageFields};
constinit const Type kNodeSystemInfo = {"io.k8s.api.core.v1.NodeSystemInfo", "",
                                        kNodeSystemInfoFields};
constinit const Type kNodeRuntimeHandlerFeatures = {"io.k8s.api.core.v1.NodeRuntimeHandlerFeatures",
                                                    "", kNodeRuntimeHandlerFeaturesFields};
constinit const Type kNodeRuntimeHandler = {"io.k8s.api.core.v1.NodeRuntimeHandler", "",
                                            kNodeRuntimeHandlerFields};
constinit const Type kAttachedVolume = {"io.k8s.api.core.v1.AttachedVolume", "",
                                        kAttachedVolumeFields};
constinit const Type kNodeStatus = {"io.k8s.api.core.v1.NodeStatus", "", kNodeStatusFields};
constinit const Type kNode = {"io.k8s.api.core.v1.Node",
                              "A machine of the cluster, as its kubelet reports it.", kNodeFields};

}  // namespace inferlab::sim::types
