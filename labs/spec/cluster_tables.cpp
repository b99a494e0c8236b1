// cluster_tables.cpp: the form of a lab's cluster: its registry, its storage, its pools.
#include "labs/spec/lab_tables.h"
#include "labs/spec/repository_section.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr std::string_view kBehaviours[] = {
    "llm-server", "http-server", "sleeper", "crasher", "busy", "device-plugin", "dcgm-exporter"};

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
    {.name = "cuda", .description = "the CUDA that it is built with: a version of assets/facts"},
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
    {.name = "snapshot_time", .type = kDuration, .description = "to take a snapshot of one"},
    {.name = "snapshot_bandwidth",
     .type = kBytes,
     .description = "bytes per second of a volume's size, from a snapshot's moment until it can be "
                    "used; at once when left out"},
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
    {.name = "include",
     .description = "a file with fields of the cluster; those that stand here come before them"},
    {.name = "gpus",
     .type = kFacts,
     .description = "GPU models: names of assets/facts, or inline",
     .object = &kGpuTable,
     .includes = true},
    {.name = "pools",
     .type = kObjects,
     .description = "node pools",
     .required = true,
     .object = &kPoolTable,
     .min_items = 1,
     .includes = true},
    {.name = "images",
     .type = kObjects,
     .description = "what the registry has",
     .object = &kImageTable,
     .includes = true},
    {.name = "moving_tags",
     .type = kObjects,
     .description = "tags that name no one image",
     .object = &kMovingTagTable,
     .includes = true},
    {.name = "models",
     .type = kFacts,
     .description = "models: names of assets/facts, or inline",
     .object = &kModelTable,
     .includes = true},
    {.name = "profiles",
     .type = kObjects,
     .description = "of replicas, the first that fits; the GPU's figures where none does",
     .object = &kReplicaProfileTable,
     .includes = true},
    {.name = "storage",
     .type = kObjects,
     .description = "StorageClasses whose volumes are provisioned",
     .object = &kStorageTable,
     .includes = true},
    {.name = "scheduler",
     .type = kDocument,
     .description = "a KubeSchedulerConfiguration; the default profile when left out"},
    {.name = "repositories",
     .type = kObjects,
     .description = "Git repositories outside the cluster, for Argo CD's Applications",
     .object = &kRepositoryTable},
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

}  // namespace

constexpr SpecTable kClusterTable = {"cluster", "The cluster that the lab runs on.",
                                     kClusterFields};

}  // namespace inferlab::labs
