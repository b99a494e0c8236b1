#include "labs/spec/lab_tables.h"

#include "labs/checks/change.h"
#include "labs/spec/cause.h"
#include "labs/spec/parameters.h"
#include "labs/spec/run_event.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
constexpr std::string_view kBehaviours[] = {"llm-server", "http-server", "sleeper", "crasher"};

constexpr SpecField kGpuFields[] = {
    {.name = "name", .description = "as pools name it", .required = true},
    {.name = "memory_bytes", .type = kBytes, .description = "of one GPU"},
    {.name = "memory_bandwidth",
     .type = kNumber,
     .description = "bytes per second",
     .minimum = 1e6},
    {.name = "bf16_flops", .type = kNumber, .description = "dense, per second", .minimum = 1e6},
    {.name = "mfu_prefill",
     .type = kNumber,
     .description = "fraction of bf16_flops that a prefill step reaches",
     .minimum = 0.001,
     .maximum = 1},
    {.name = "mfu_decode",
     .type = kNumber,
     .description = "fraction of bf16_flops that a decode step reaches",
     .minimum = 0.001,
     .maximum = 1},
    {.name = "source", .description = "where the figures are from"},
    {.name = "mfu_source", .description = "where the mfu figures are from"},
};

constexpr SpecField kModelFields[] = {
    {.name = "id", .description = "as --model names it", .required = true},
    {.name = "revisions", .type = kTexts, .description = "what --revision may name besides main"},
    {.name = "parameters", .type = kNumber, .description = "how many", .minimum = 1},
    {.name = "layers", .type = kInteger, .description = "how many", .minimum = 1, .maximum = 10000},
    {.name = "weights_bytes", .type = kBytes, .description = "as stored and as loaded"},
    {.name = "kv_bytes_per_token",
     .type = kBytes,
     .description = "KV cache of one token, all layers"},
    {.name = "max_model_len", .type = kInteger, .description = "tokens", .minimum = 1},
    {.name = "source", .description = "where the figures are from"},
};

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

constexpr SpecField kKubeletFields[] = {
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
    {.name = "cpu", .type = kBytes, .description = "cores of each node", .required = true},
    {.name = "memory", .type = kBytes, .description = "of each node", .required = true},
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
constexpr SpecTable kPoolTable = {"pool", "A group of equal nodes.", kPoolFields};

constexpr SpecField kLayerFields[] = {
    {.name = "name", .description = "equal names are one layer", .required = true},
    {.name = "size", .type = kBytes, .description = "to be pulled", .required = true},
};
constexpr SpecTable kLayerTable = {"layer", "A layer of an image.", kLayerFields};

constexpr SpecField kImageFields[] = {
    {.name = "repository", .description = "without tag", .required = true},
    {.name = "tags", .type = kTexts, .description = "what may follow the colon", .required = true},
    {.name = "digest", .description = "sha256:…; computed from repository and tags when left out"},
    {.name = "size", .type = kBytes, .description = "to be pulled", .required = true},
    {.name = "behaviour",
     .type = kWord,
     .description = "what its containers do",
     .required = true,
     .words = kBehaviours},
    {.name = "layers",
     .type = kObjects,
     .description = "adding up to its size; one of its own when left out",
     .object = &kLayerTable},
};
constexpr SpecTable kImageTable = {"image", "An image in the registry.", kImageFields};

constexpr std::string_view kBindingModes[] = {"Immediate", "WaitForFirstConsumer"};
constexpr std::string_view kReclaimPolicies[] = {"Delete", "Retain"};
constexpr std::string_view kReaches[] = {"cluster", "zone", "node"};

constexpr SpecField kStorageFields[] = {
    {.name = "name", .description = "of the StorageClass", .required = true},
    {.name = "provisioner", .description = "the CSI driver behind it", .required = true},
    {.name = "default", .type = kBool, .description = "for claims that name no class"},
    {.name = "binding",
     .type = kWord,
     .description = "when its volumes are made; WaitForFirstConsumer when left out",
     .words = kBindingModes},
    {.name = "reclaim",
     .type = kWord,
     .description = "what becomes of a volume without a claim; Delete when left out",
     .words = kReclaimPolicies},
    {.name = "expansion", .type = kBool, .description = "volumes may grow; true when left out"},
    {.name = "shared",
     .type = kBool,
     .description = "a file share: ReadWriteMany, and nothing to attach"},
    {.name = "reach",
     .type = kWord,
     .description = "from where a volume can be used; the cluster when left out",
     .words = kReaches},
    {.name = "volumes_per_node",
     .type = kInteger,
     .description = "attached at once at most",
     .minimum = 1,
     .maximum = 1000},
    {.name = "provision_time", .type = kDuration, .description = "to make a volume"},
    {.name = "attach_time", .type = kDuration, .description = "to attach or detach one"},
};
constexpr SpecTable kStorageTable = {"storage", "A StorageClass and its driver.", kStorageFields};

constexpr SpecField kMovingTagFields[] = {
    {.name = "repository", .description = "of the tag", .required = true},
    {.name = "tag", .description = "the tag that moves", .required = true},
    {.name = "moves_to",
     .description = "a tag of the image that it names in a later pull",
     .required = true},
};
constexpr SpecTable kMovingTagTable = {"moving_tag", "A tag that its publisher moves.",
                                       kMovingTagFields};

constexpr SpecField kClusterFields[] = {
    {.name = "gpus",
     .type = kFacts,
     .description = "GPU models: names of assets/facts, or inline",
     .object = &kGpuTable},
    {.name = "pools",
     .type = kObjects,
     .description = "node pools",
     .required = true,
     .object = &kPoolTable,
     .min_items = 1},
    {.name = "images",
     .type = kObjects,
     .description = "what the registry has",
     .object = &kImageTable},
    {.name = "moving_tags",
     .type = kObjects,
     .description = "tags that name no one image",
     .object = &kMovingTagTable},
    {.name = "models",
     .type = kFacts,
     .description = "models: names of assets/facts, or inline",
     .object = &kModelTable},
    {.name = "profiles",
     .type = kObjects,
     .description = "of replicas, the first that fits; the GPU's figures where none does",
     .object = &kReplicaProfileTable},
    {.name = "storage",
     .type = kObjects,
     .description = "StorageClasses whose volumes are provisioned",
     .object = &kStorageTable},
    {.name = "scheduler",
     .type = kDocument,
     .description = "a KubeSchedulerConfiguration; the default profile when left out"},
    {.name = "add_ons",
     .type = kIds,
     .description = "whose kinds the API has from the beginning: see inferlab cluster addons"},
    {.name = "model_server_bandwidth",
     .type = kBytes,
     .description = "bytes per second of the one model server of all nodes; no limit if left out"},
    {.name = "volume_bandwidth",
     .type = kBytes,
     .description = "bytes per second of each network volume"},
    {.name = "scrape_interval", .type = kDuration, .description = "of all metrics"},
};
constexpr SpecTable kClusterTable = {"cluster", "The cluster that the lab runs on.",
                                     kClusterFields};

constexpr SpecField kRunFields[] = {
    {.name = "seed", .type = kInteger, .description = "of all random streams", .minimum = 0},
    {.name = "horizon",
     .type = kDuration,
     .description = "virtual time of a graded run",
     .required = true},
    {.name = "apply_at",
     .type = kDuration,
     .description = "when a submission's manifests arrive",
     .required = true},
    {.name = "given",
     .description = "a folder of the lab with what is in the cluster from the beginning"},
    {.name = "events",
     .type = kObjects,
     .description = "what happens to the run besides: faults, drains, releases",
     .object = &kEventTable},
    {.name = "answer_kinds",
     .type = kTexts,
     .description = "kinds that a submission may hold; namespaced ones and Namespace if left out"},
};
constexpr SpecTable kRunTable = {"run", "How a submission is run.", kRunFields};

constexpr SpecField kCommandFields[] = {
    {.name = "run", .type = kMarkdown, .description = "to be typed", .required = true},
    {.name = "why", .type = kMarkdown, .description = "what it shows", .required = true},
};
constexpr SpecTable kCommandTable = {"command", "A command to try.", kCommandFields};

constexpr SpecField kProofFields[] = {
    {.name = "answer",
     .type = kId,
     .description = "whose run it is: solution (if left out), starter, or a mutant's id"},
    {.name = "change",
     .type = kObject,
     .description = "what the drill does to that run",
     .object = &kChangeTable},
    {.name = "kind", .type = kId, .description = "of a check", .required = true},
    {.name = "params",
     .type = kParams,
     .description = "of that kind: it holds in the drill, and not in the solution's own run",
     .required = true},
};
constexpr SpecTable kProofTable = {"proof", "How lab test sees that a drill's signals move.",
                                   kProofFields};

constexpr SpecField kDrillFields[] = {
    {.name = "title", .description = "what goes wrong", .required = true},
    {.name = "steps", .type = kMarkdown, .description = "how to bring it about", .required = true},
    {.name = "expect", .type = kMarkdown, .description = "what will be seen", .required = true},
    {.name = "proof",
     .type = kObjects,
     .description = "signals of the drill, for lab test",
     .object = &kProofTable},
};
constexpr SpecTable kDrillTable = {"drill", "A failure to bring about on purpose.", kDrillFields};

constexpr SpecField kCheckFields[] = {
    {.name = "id", .type = kId, .description = "its name in reports", .required = true},
    {.name = "kind", .type = kId, .description = "what is looked at", .required = true},
    {.name = "title", .description = "what must hold, for people", .required = true},
    {.name = "points",
     .type = kInteger,
     .description = "for holding",
     .required = true,
     .minimum = 1,
     .maximum = 100},
    {.name = "rows",
     .type = kTexts,
     .description = "of what must be taught",
     .required = true,
     .min_items = 1},
    {.name = "hint", .type = kId, .description = "the hint that helps"},
    {.name = "params", .type = kParams, .description = "of this kind", .required = true},
};
constexpr SpecTable kCheckTable = {"check", "Something that is graded.", kCheckFields};

constexpr SpecField kHintFields[] = {
    {.name = "id", .type = kId, .description = "to ask for it by", .required = true},
    {.name = "when", .description = "when it is of use", .required = true},
    {.name = "cost",
     .type = kInteger,
     .description = "points",
     .required = true,
     .minimum = 0,
     .maximum = 100},
    {.name = "text", .type = kMarkdown, .description = "the hint", .required = true},
    {.name = "causes",
     .type = kWords,
     .description = "what a failed check must have found for a report to name this hint; any, when "
                    "left out. finding: what the check itself looks for is not so; missing: an "
                    "object is not there; pending: no node takes a Pod; image: it cannot be "
                    "pulled; crash: a container ends again and again; not-ready: a Pod is not "
                    "Ready for another reason; service: a Service leads no request to a server; "
                    "refused: the server refuses what the clients send; other: something else",
     .words = kCauseWords,
     .min_items = 1},
};
constexpr SpecTable kHintTable = {"hint", "Help, for points.", kHintFields};

constexpr SpecField kEditFields[] = {
    {.name = "file", .description = "of the solution", .required = true},
    {.name = "from",
     .type = kMarkdown,
     .description = "a text that stands in it once",
     .required = true},
    {.name = "to", .type = kAny, .description = "what stands there instead; nothing if left out"},
};
constexpr SpecTable kEditTable = {"edit", "A change of a file of the solution.", kEditFields};

constexpr SpecField kMutantFields[] = {
    {.name = "id", .type = kId, .description = "its folder under mutants/", .required = true},
    {.name = "title", .description = "what is wrong with it", .required = true},
    {.name = "removes", .type = kTexts, .description = "files of the solution that it lacks"},
    {.name = "edits",
     .type = kObjects,
     .description = "what is different in files of the solution, in place of a folder of its own",
     .object = &kEditTable},
    {.name = "loses",
     .type = kIds,
     .description = "the checks that it fails, all of them",
     .required = true,
     .min_items = 1},
};
constexpr SpecTable kMutantTable = {"mutant", "A wrong answer, as a change of the solution.",
                                    kMutantFields};

constexpr SpecField kReviewFields[] = {
    {.name = "sources",
     .type = kTexts,
     .description = "official documentation, by title",
     .required = true,
     .min_items = 1},
    {.name = "reviewed",
     .description = "the day of the last review, as YYYY-MM-DD",
     .required = true},
};
constexpr SpecTable kReviewTable = {"review", "What the lab was checked against.", kReviewFields};

constexpr SpecField kLabFields[] = {
    {.name = "id", .type = kId, .description = "the name of its folder", .required = true},
    {.name = "title", .description = "for lists", .required = true},
    {.name = "minutes",
     .type = kInteger,
     .description = "about how long it takes",
     .required = true,
     .minimum = 1,
     .maximum = 600},
    {.name = "rows",
     .type = kTexts,
     .description = "of what must be taught",
     .required = true,
     .min_items = 1},
    {.name = "objective",
     .type = kMarkdown,
     .description = "what can be done afterwards",
     .required = true},
    {.name = "prerequisites",
     .type = kTexts,
     .description = "what should be known before",
     .required = true,
     .min_items = 1},
    {.name = "story", .type = kMarkdown, .description = "the situation", .required = true},
    {.name = "tasks",
     .type = kTexts,
     .description = "what to do",
     .required = true,
     .min_items = 1},
    {.name = "commands",
     .type = kObjects,
     .description = "what to type to look around",
     .required = true,
     .object = &kCommandTable,
     .min_items = 1},
    {.name = "validation_signals",
     .type = kTexts,
     .description = "how to see that it works",
     .required = true,
     .min_items = 1},
    {.name = "failure_drills",
     .type = kObjects,
     .description = "what to break on purpose",
     .required = true,
     .object = &kDrillTable,
     .min_items = 1},
    {.name = "expected_signals",
     .type = kTexts,
     .description = "what the drills move",
     .required = true,
     .min_items = 1},
    {.name = "parameters",
     .type = kObjects,
     .description = "what differs between learners; stands in the lab's files as ${name}",
     .object = &kParameterTable},
    {.name = "cluster",
     .type = kObject,
     .description = "what it runs on",
     .required = true,
     .object = &kClusterTable},
    {.name = "traffic",
     .type = kObjects,
     .description = "who calls the service",
     .object = &kTrafficTable},
    {.name = "run",
     .type = kObject,
     .description = "how it is run",
     .required = true,
     .object = &kRunTable},
    {.name = "checks",
     .type = kObjects,
     .description = "what is graded",
     .required = true,
     .object = &kCheckTable,
     .min_items = 1},
    {.name = "pass_points",
     .type = kInteger,
     .description = "to pass; all when left out",
     .minimum = 1},
    {.name = "hints",
     .type = kObjects,
     .description = "help, for points",
     .required = true,
     .object = &kHintTable,
     .min_items = 1},
    {.name = "mutants",
     .type = kObjects,
     .description = "wrong answers that test the checks",
     .required = true,
     .object = &kMutantTable,
     .min_items = 1},
    {.name = "review",
     .type = kObject,
     .description = "what it was checked against",
     .required = true,
     .object = &kReviewTable},
};

constexpr SpecField kGpuFileFields[] = {
    {.name = "gpus",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kGpuTable},
};
constexpr SpecField kModelFileFields[] = {
    {.name = "models",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kModelTable},
};

}  // namespace

constexpr SpecTable kGpuTable = {"gpu", "A GPU model, as data sheets state it.", kGpuFields};
constexpr SpecTable kModelTable = {"model", "A model of the model hub.", kModelFields};
constexpr SpecTable kGpuFileTable = {"gpus", "GPU models.", kGpuFileFields};
constexpr SpecTable kModelFileTable = {"models", "Models.", kModelFileFields};
constexpr SpecTable kLabTable = {"lab", "A lab of inferlab.", kLabFields};

}  // namespace inferlab::labs
