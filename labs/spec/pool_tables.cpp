// pool_tables.cpp: the form of a pool of nodes.
#include "labs/spec/lab_tables.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
constexpr SpecField kTaintFields[] = {
    {.name = "key", .description = "a label key", .required = true},
    {.name = "value", .description = "a label value"},
    {.name = "effect",
     .type = kWord,
     .description = "what it does to Pods that do not tolerate it",
     .required = true,
     .words = kEffects},
};
constexpr SpecTable kTaintTable = {"taint", "A node taint.", kTaintFields};

constexpr std::string_view kMigStrategies[] = {"none", "single", "mixed"};

constexpr SpecField kGpuSharingFields[] = {
    {.name = "mig_strategy",
     .type = kWord,
     .description = "how MIG instances are offered; none when left out",
     .words = kMigStrategies},
    {.name = "mig_profiles",
     .type = kTexts,
     .description = "the instances that each card is cut into: 3g.40gb, 1g.10gb …"},
    {.name = "replicas",
     .type = kInteger,
     .description = "time slices of each device",
     .minimum = 1,
     .maximum = 64},
    {.name = "renamed", .type = kBool, .description = "time slices are nvidia.com/gpu.shared"},
};
constexpr SpecTable kGpuSharingTable = {"gpu_sharing", "How the device plugin offers the GPUs.",
                                        kGpuSharingFields};

constexpr std::string_view kCpuPolicies[] = {"none", "static"};
constexpr std::string_view kTopologyPolicies[] = {"none", "best-effort", "restricted",
                                                  "single-numa-node"};
constexpr std::string_view kTopologyScopes[] = {"container", "pod"};

constexpr SpecField kKubeletFields[] = {
    {.name = "cpu_manager_policy",
     .type = kWord,
     .description = "static gives exclusive CPUs; none when left out",
     .words = kCpuPolicies},
    {.name = "topology_manager_policy",
     .type = kWord,
     .description = "whether CPUs and GPUs must be of one NUMA node; none when left out",
     .words = kTopologyPolicies},
    {.name = "topology_manager_scope",
     .type = kWord,
     .description = "what is aligned as a whole; container when left out",
     .words = kTopologyScopes},
    {.name = "kube_reserved", .type = kLabels, .description = "cpu, memory, ephemeral-storage"},
    {.name = "system_reserved", .type = kLabels, .description = "cpu, memory, ephemeral-storage"},
    {.name = "eviction_hard",
     .type = kLabels,
     .description = "thresholds by signal, in place of all the defaults"},
    {.name = "eviction_soft", .type = kLabels, .description = "thresholds by signal"},
    {.name = "eviction_soft_grace_period", .type = kLabels, .description = "durations by signal"},
    {.name = "eviction_minimum_reclaim", .type = kLabels, .description = "amounts by signal"},
    {.name = "eviction_max_pod_grace_seconds",
     .type = kInteger,
     .description = "of evictions by soft thresholds",
     .minimum = 0,
     .maximum = 86400},
    {.name = "eviction_pressure_transition_period",
     .type = kDuration,
     .description = "how long a pressure condition stays; 5m when left out"},
    {.name = "image_gc_high_percent",
     .type = kInteger,
     .description = "of the disk, from which images are deleted; 85 when left out",
     .minimum = 1,
     .maximum = 100},
    {.name = "image_gc_low_percent",
     .type = kInteger,
     .description = "of the disk, to which they are; 80 when left out",
     .minimum = 1,
     .maximum = 99},
};
constexpr SpecTable kKubeletTable = {"kubelet", "The kubelet's configuration.", kKubeletFields};

constexpr std::string_view kDevicePlugins[] = {"built-in", "daemonset"};

constexpr SpecField kPoolFields[] = {
    {.name = "name",
     .type = kId,
     .description = "nodes are called NAME-0, NAME-1 …",
     .required = true},
    {.name = "count",
     .type = kInteger,
     .description = "nodes in it",
     .required = true,
     .minimum = 1,
     .maximum = 1000},
    {.name = "instance_type", .description = "label node.kubernetes.io/instance-type"},
    {.name = "zone", .description = "label topology.kubernetes.io/zone"},
    {.name = "gpu", .description = "a name of cluster.gpus; without it the nodes have none"},
    {.name = "gpus_per_node",
     .type = kInteger,
     .description = "nvidia.com/gpu of each node",
     .minimum = 1,
     .maximum = 64},
    {.name = "gpu_sharing",
     .type = kObject,
     .description = "MIG and time slicing; whole cards when left out",
     .object = &kGpuSharingTable},
    {.name = "device_plugin",
     .type = kWord,
     .description = "what offers the GPUs: built-in, or a Pod of the cluster's, as for the metrics",
     .words = kDevicePlugins},
    {.name = "driver",
     .description = "NVIDIA's, with the container toolkit as default runtime: 570.133.20, or none; "
                    "one that suits every image if left out"},
    {.name = "cpu", .type = kBytes, .description = "cores of each node", .required = true},
    {.name = "memory", .type = kBytes, .description = "of each node", .required = true},
    {.name = "numa_nodes",
     .type = kInteger,
     .description = "over which CPUs and GPUs are spread evenly, in order; 1 when left out",
     .minimum = 1,
     .maximum = 8},
    {.name = "huge_pages", .type = kLabels, .description = "memory set aside, by size: 2Mi, 1Gi"},
    {.name = "disk", .type = kBytes, .description = "of each node; 200Gi when left out"},
    {.name = "image_disk",
     .type = kBytes,
     .description = "a disk of their own for images and writable layers"},
    {.name = "kubelet",
     .type = kObject,
     .description = "what differs from the kubelet's defaults",
     .object = &kKubeletTable},
    {.name = "labels", .type = kLabels, .description = "besides the well-known ones"},
    {.name = "taints", .type = kObjects, .description = "of each node", .object = &kTaintTable},
    {.name = "registry_bandwidth",
     .type = kBytes,
     .description = "bytes per second of image pull, unpacking included"},
    {.name = "model_bandwidth",
     .type = kBytes,
     .description = "bytes per second from model storage, shared by the node's Pods"},
    {.name = "disk_bandwidth", .type = kBytes, .description = "bytes per second of the disk"},
    {.name = "price_per_hour", .type = kNumber, .description = "USD a node", .minimum = 0},
    {.name = "local",
     .type = kBool,
     .description = "a live session may back its Pods by the real engine"},
};

}  // namespace

constexpr SpecTable kPoolTable = {"pool", "A group of equal nodes.", kPoolFields};

}  // namespace inferlab::labs
