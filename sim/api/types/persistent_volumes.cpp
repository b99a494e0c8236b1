// Schema tables: PersistentVolumes and their claims.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kAzureFilePersistentVolumeSourceFields[] = {
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretName", .required = true, .default_json = "\"\""},
    {.name = "secretNamespace"},
    {.name = "shareName", .required = true, .default_json = "\"\""},
};
constinit const Type kAzureFilePersistentVolumeSource = {
    "io.k8s.api.core.v1.AzureFilePersistentVolumeSource", "",
    kAzureFilePersistentVolumeSourceFields};

constexpr Field kSecretReferenceFields[] = {
    {.name = "name", .omit_zero = true},
    {.name = "namespace", .omit_zero = true},
};
constinit const Type kSecretReference = {"io.k8s.api.core.v1.SecretReference", "",
                                         kSecretReferenceFields};

constexpr Field kCephFSPersistentVolumeSourceFields[] = {
    {.name = "monitors", .type = FieldType::kList, .required = true, .list_type = "atomic"},
    {.name = "path", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretFile", .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "user", .omit_zero = true},
};
constinit const Type kCephFSPersistentVolumeSource = {
    "io.k8s.api.core.v1.CephFSPersistentVolumeSource", "", kCephFSPersistentVolumeSourceFields};

constexpr Field kCinderPersistentVolumeSourceFields[] = {
    {.name = "fsType", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "volumeID", .required = true, .default_json = "\"\""},
};
constinit const Type kCinderPersistentVolumeSource = {
    "io.k8s.api.core.v1.CinderPersistentVolumeSource", "", kCinderPersistentVolumeSourceFields};

constexpr Field kCSIPersistentVolumeSourceFields[] = {
    {.name = "controllerExpandSecretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "controllerPublishSecretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "driver", .required = true, .default_json = "\"\""},
    {.name = "fsType", .omit_zero = true},
    {.name = "nodeExpandSecretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "nodePublishSecretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "nodeStageSecretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "volumeAttributes", .type = FieldType::kMap},
    {.name = "volumeHandle", .required = true, .default_json = "\"\""},
};
constinit const Type kCSIPersistentVolumeSource = {"io.k8s.api.core.v1.CSIPersistentVolumeSource",
                                                   "", kCSIPersistentVolumeSourceFields};

constexpr Field kFlexPersistentVolumeSourceFields[] = {
    {.name = "driver", .required = true, .default_json = "\"\""},
    {.name = "fsType", .omit_zero = true},
    {.name = "options", .type = FieldType::kMap},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
};
constinit const Type kFlexPersistentVolumeSource = {"io.k8s.api.core.v1.FlexPersistentVolumeSource",
                                                    "", kFlexPersistentVolumeSourceFields};

constexpr Field kGlusterfsPersistentVolumeSourceFields[] = {
    {.name = "endpoints", .required = true, .default_json = "\"\""},
    {.name = "endpointsNamespace"},
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
};
constinit const Type kGlusterfsPersistentVolumeSource = {
    "io.k8s.api.core.v1.GlusterfsPersistentVolumeSource", "",
    kGlusterfsPersistentVolumeSourceFields};

constexpr Field kISCSIPersistentVolumeSourceFields[] = {
    {.name = "chapAuthDiscovery", .type = FieldType::kBool, .omit_zero = true},
    {.name = "chapAuthSession", .type = FieldType::kBool, .omit_zero = true},
    {.name = "fsType", .omit_zero = true},
    {.name = "initiatorName"},
    {.name = "iqn", .required = true, .default_json = "\"\""},
    {.name = "iscsiInterface", .default_json = "\"default\""},
    {.name = "lun", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "portals", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "targetPortal", .required = true, .default_json = "\"\""},
};
constinit const Type kISCSIPersistentVolumeSource = {
    "io.k8s.api.core.v1.ISCSIPersistentVolumeSource", "", kISCSIPersistentVolumeSourceFields};

constexpr Field kLocalVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "path", .required = true, .default_json = "\"\""},
};
constinit const Type kLocalVolumeSource = {"io.k8s.api.core.v1.LocalVolumeSource", "",
                                           kLocalVolumeSourceFields};

constexpr Field kVolumeNodeAffinityFields[] = {
    {.name = "required", .type = FieldType::kObject, .object = &kNodeSelector, .atomic_map = true},
};
constinit const Type kVolumeNodeAffinity = {"io.k8s.api.core.v1.VolumeNodeAffinity", "",
                                            kVolumeNodeAffinityFields};

constexpr Field kRBDPersistentVolumeSourceFields[] = {
    {.name = "fsType", .omit_zero = true},
    {.name = "image", .required = true, .default_json = "\"\""},
    {.name = "keyring", .default_json = "\"/etc/ceph/keyring\""},
    {.name = "monitors", .type = FieldType::kList, .required = true, .list_type = "atomic"},
    {.name = "pool", .default_json = "\"rbd\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .atomic_map = true},
    {.name = "user", .default_json = "\"admin\""},
};
constinit const Type kRBDPersistentVolumeSource = {"io.k8s.api.core.v1.RBDPersistentVolumeSource",
                                                   "", kRBDPersistentVolumeSourceFields};

constexpr Field kScaleIOPersistentVolumeSourceFields[] = {
    {.name = "fsType", .default_json = "\"xfs\""},
    {.name = "gateway", .required = true, .default_json = "\"\""},
    {.name = "protectionDomain", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kSecretReference,
     .required = true,
     .atomic_map = true},
    {.name = "sslEnabled", .type = FieldType::kBool, .omit_zero = true},
    {.name = "storageMode", .default_json = "\"ThinProvisioned\""},
    {.name = "storagePool", .omit_zero = true},
    {.name = "system", .required = true, .default_json = "\"\""},
    {.name = "volumeName", .omit_zero = true},
};
constinit const Type kScaleIOPersistentVolumeSource = {
    "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "", kScaleIOPersistentVolumeSourceFields};

constexpr Field kStorageOSPersistentVolumeSourceFields[] = {
    {.name = "fsType", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .atomic_map = true},
    {.name = "volumeName", .omit_zero = true},
    {.name = "volumeNamespace", .omit_zero = true},
};
constinit const Type kStorageOSPersistentVolumeSource = {
    "io.k8s.api.core.v1.StorageOSPersistentVolumeSource", "",
    kStorageOSPersistentVolumeSourceFields};

constexpr Field kPersistentVolumeSpecFields[] = {
    {.name = "accessModes",
     .type = FieldType::kList,
     .description =
         "How it can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.",
     .list_type = "atomic"},
    {.name = "awsElasticBlockStore",
     .type = FieldType::kObject,
     .object = &kAWSElasticBlockStoreVolumeSource},
    {.name = "azureDisk", .type = FieldType::kObject, .object = &kAzureDiskVolumeSource},
    {.name = "azureFile", .type = FieldType::kObject, .object = &kAzureFilePersistentVolumeSource},
    {.name = "capacity",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "How much it holds."},
    {.name = "cephfs", .type = FieldType::kObject, .object = &kCephFSPersistentVolumeSource},
    {.name = "cinder", .type = FieldType::kObject, .object = &kCinderPersistentVolumeSource},
    {.name = "claimRef",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .description = "The claim that it is bound to."},
    {.name = "csi",
     .type = FieldType::kObject,
     .object = &kCSIPersistentVolumeSource,
     .description = "A volume of a storage driver."},
    {.name = "fc", .type = FieldType::kObject, .object = &kFCVolumeSource},
    {.name = "flexVolume", .type = FieldType::kObject, .object = &kFlexPersistentVolumeSource},
    {.name = "flocker", .type = FieldType::kObject, .object = &kFlockerVolumeSource},
    {.name = "gcePersistentDisk",
     .type = FieldType::kObject,
     .object = &kGCEPersistentDiskVolumeSource},
    {.name = "glusterfs", .type = FieldType::kObject, .object = &kGlusterfsPersistentVolumeSource},
    {.name = "hostPath",
     .type = FieldType::kObject,
     .object = &kHostPathVolumeSource,
     .description = "A directory of the node: for tests."},
    {.name = "iscsi", .type = FieldType::kObject, .object = &kISCSIPersistentVolumeSource},
    {.name = "local",
     .type = FieldType::kObject,
     .object = &kLocalVolumeSource,
     .description = "A disk of one node."},
    {.name = "mountOptions", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "nfs",
     .type = FieldType::kObject,
     .object = &kNFSVolumeSource,
     .description = "A directory that a server exports."},
    {.name = "nodeAffinity",
     .type = FieldType::kObject,
     .object = &kVolumeNodeAffinity,
     .description = "From which nodes it can be reached."},
    {.name = "persistentVolumeReclaimPolicy",
     .description = "What becomes of it when its claim is gone: Retain, Delete or Recycle.",
     .omit_zero = true},
    {.name = "photonPersistentDisk",
     .type = FieldType::kObject,
     .object = &kPhotonPersistentDiskVolumeSource},
    {.name = "portworxVolume", .type = FieldType::kObject, .object = &kPortworxVolumeSource},
    {.name = "quobyte", .type = FieldType::kObject, .object = &kQuobyteVolumeSource},
    {.name = "rbd", .type = FieldType::kObject, .object = &kRBDPersistentVolumeSource},
    {.name = "scaleIO", .type = FieldType::kObject, .object = &kScaleIOPersistentVolumeSource},
    {.name = "storageClassName",
     .description = "Its class; claims of the same class can bind to it.",
     .omit_zero = true},
    {.name = "storageos", .type = FieldType::kObject, .object = &kStorageOSPersistentVolumeSource},
    {.name = "volumeAttributesClassName"},
    {.name = "volumeMode", .description = "Filesystem or Block."},
    {.name = "vsphereVolume",
     .type = FieldType::kObject,
     .object = &kVsphereVirtualDiskVolumeSource},
};
constexpr Field kPersistentVolumeStatusFields[] = {
    {.name = "lastPhaseTransitionTime", .type = FieldType::kTime},
    {.name = "message", .omit_zero = true},
    {.name = "phase",
     .description = "Pending, Available, Bound, Released or Failed.",
     .omit_zero = true},
    {.name = "reason", .omit_zero = true},
};
constinit const Type kPersistentVolumeStatus = {"io.k8s.api.core.v1.PersistentVolumeStatus", "",
                                                kPersistentVolumeStatusFields};

constexpr Field kPersistentVolumeFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constexpr Field kPersistentVolumeClaimConditionFields[] = {
    {.name = "lastProbeTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kPersistentVolumeClaimCondition = {
    "io.k8s.api.core.v1.PersistentVolumeClaimCondition", "", kPersistentVolumeClaimConditionFields};

constexpr Field kModifyVolumeStatusFields[] = {
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "targetVolumeAttributesClassName", .omit_zero = true},
};
constinit const Type kModifyVolumeStatus = {"io.k8s.api.core.v1.ModifyVolumeStatus", "",
                                            kModifyVolumeStatusFields};

constexpr Field kPersistentVolumeClaimStatusFields[] = {
    {.name = "accessModes", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "allocatedResourceStatuses", .type = FieldType::kMap},
    {.name = "allocatedResources", .type = FieldType::kMap, .element = FieldType::kQuantity},
    {.name = "capacity",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "How much the bound volume really holds."},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPersistentVolumeClaimCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "currentVolumeAttributesClassName"},
    {.name = "modifyVolumeStatus", .type = FieldType::kObject, .object = &kModifyVolumeStatus},
    {.name = "phase", .description = "Pending, Bound or Lost.", .omit_zero = true},
};
constinit const Type kPersistentVolumeClaimStatus = {
    "io.k8s.api.core.v1.PersistentVolumeClaimStatus", "", kPersistentVolumeClaimStatusFields};

constexpr Field kPersistentVolumeClaimFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeClaimSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeClaimStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
}  // namespace

constinit const Type kPersistentVolumeSpec = {"io.k8s.api.core.v1.PersistentVolumeSpec", "",
                                              kPersistentVolumeSpecFields};
constinit const Type kPersistentVolume = {
    "io.k8s.api.core.v1.PersistentVolume",
    "A piece of storage of the cluster, which outlives the Pods that use it.",
    kPersistentVolumeFields};
constinit const Type kPersistentVolumeClaim = {
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "A wish for storage, bound to a volume that fulfils it.", kPersistentVolumeClaimFields};

}  // namespace inferlab::sim::types
