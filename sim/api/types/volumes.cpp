// Schema tables: volumes and their sources.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kAWSElasticBlockStoreVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "partition", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "volumeID", .required = true, .default_json = "\"\""},
};

constexpr Field kAzureDiskVolumeSourceFields[] = {
    {.name = "cachingMode", .default_json = "\"ReadWrite\""},
    {.name = "diskName", .required = true, .default_json = "\"\""},
    {.name = "diskURI", .required = true, .default_json = "\"\""},
    {.name = "fsType", .default_json = "\"ext4\""},
    {.name = "kind", .description = "What kind of object this is.", .default_json = "\"Shared\""},
    {.name = "readOnly", .type = FieldType::kBool, .default_json = "false"},
};

constexpr Field kAzureFileVolumeSourceFields[] = {
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretName", .required = true, .default_json = "\"\""},
    {.name = "shareName", .required = true, .default_json = "\"\""},
};

constexpr Field kCephFSVolumeSourceFields[] = {
    {.name = "monitors", .type = FieldType::kList, .required = true, .list_type = "atomic"},
    {.name = "path", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretFile", .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "user", .omit_zero = true},
};

constexpr Field kCinderVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "volumeID", .required = true, .default_json = "\"\""},
};

constexpr Field kKeyToPathFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "mode", .type = FieldType::kInt32},
    {.name = "path", .required = true, .default_json = "\"\""},
};

constexpr Field kConfigMapVolumeSourceFields[] = {
    {.name = "defaultMode", .type = FieldType::kInt32},
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kKeyToPath,
     .list_type = "atomic"},
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kCSIVolumeSourceFields[] = {
    {.name = "driver", .required = true, .default_json = "\"\""},
    {.name = "fsType"},
    {.name = "nodePublishSecretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "readOnly", .type = FieldType::kBool},
    {.name = "volumeAttributes", .type = FieldType::kMap},
};

constexpr Field kDownwardAPIVolumeFileFields[] = {
    {.name = "fieldRef",
     .type = FieldType::kObject,
     .object = &kObjectFieldSelector,
     .atomic_map = true},
    {.name = "mode", .type = FieldType::kInt32},
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "resourceFieldRef",
     .type = FieldType::kObject,
     .object = &kResourceFieldSelector,
     .atomic_map = true},
};

constexpr Field kDownwardAPIVolumeSourceFields[] = {
    {.name = "defaultMode", .type = FieldType::kInt32},
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDownwardAPIVolumeFile,
     .list_type = "atomic"},
};

constexpr Field kEmptyDirVolumeSourceFields[] = {
    {.name = "medium", .omit_zero = true},
    {.name = "sizeLimit", .type = FieldType::kQuantity},
};

constexpr Field kTypedLocalObjectReferenceFields[] = {
    {.name = "apiGroup"},
    {.name = "kind",
     .description = "What kind of object this is.",
     .required = true,
     .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kTypedObjectReferenceFields[] = {
    {.name = "apiGroup"},
    {.name = "kind",
     .description = "What kind of object this is.",
     .required = true,
     .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "namespace", .omit_zero = true},
};

constexpr Field kVolumeResourceRequirementsFields[] = {
    {.name = "limits", .type = FieldType::kMap, .element = FieldType::kQuantity},
    {.name = "requests", .type = FieldType::kMap, .element = FieldType::kQuantity},
};

constexpr Field kPersistentVolumeClaimSpecFields[] = {
    {.name = "accessModes", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "dataSource",
     .type = FieldType::kObject,
     .object = &kTypedLocalObjectReference,
     .atomic_map = true},
    {.name = "dataSourceRef", .type = FieldType::kObject, .object = &kTypedObjectReference},
    {.name = "resources",
     .type = FieldType::kObject,
     .object = &kVolumeResourceRequirements,
     .default_json = "{}"},
    {.name = "selector", .type = FieldType::kObject, .object = &kLabelSelector, .atomic_map = true},
    {.name = "storageClassName"},
    {.name = "volumeAttributesClassName"},
    {.name = "volumeMode"},
    {.name = "volumeName", .omit_zero = true},
};

constexpr Field kPersistentVolumeClaimTemplateFields[] = {
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeClaimSpec,
     .required = true,
     .default_json = "{}"},
};

constexpr Field kEphemeralVolumeSourceFields[] = {
    {.name = "volumeClaimTemplate",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeClaimTemplate},
};

constexpr Field kFCVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "lun", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "targetWWNs", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "wwids", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kFlexVolumeSourceFields[] = {
    {.name = "driver", .required = true, .default_json = "\"\""},
    {.name = "fsType"},
    {.name = "options", .type = FieldType::kMap},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
};

constexpr Field kFlockerVolumeSourceFields[] = {
    {.name = "datasetName", .omit_zero = true},
    {.name = "datasetUUID", .omit_zero = true},
};

constexpr Field kGCEPersistentDiskVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "partition", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "pdName", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
};

constexpr Field kGitRepoVolumeSourceFields[] = {
    {.name = "directory", .omit_zero = true},
    {.name = "repository", .required = true, .default_json = "\"\""},
    {.name = "revision", .omit_zero = true},
};

constexpr Field kGlusterfsVolumeSourceFields[] = {
    {.name = "endpoints", .required = true, .default_json = "\"\""},
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
};

constexpr Field kHostPathVolumeSourceFields[] = {
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "type"},
};

constexpr Field kImageVolumeSourceFields[] = {
    {.name = "pullPolicy", .omit_zero = true},
    {.name = "reference", .omit_zero = true},
};

constexpr Field kISCSIVolumeSourceFields[] = {
    {.name = "chapAuthDiscovery", .type = FieldType::kBool, .omit_zero = true},
    {.name = "chapAuthSession", .type = FieldType::kBool, .omit_zero = true},
    {.name = "fsType"},
    {.name = "initiatorName", .omit_zero = true},
    {.name = "iqn", .required = true, .default_json = "\"\""},
    {.name = "iscsiInterface", .default_json = "\"default\""},
    {.name = "lun", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "portals", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "targetPortal", .required = true, .default_json = "\"\""},
};

constexpr Field kNFSVolumeSourceFields[] = {
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "server", .required = true, .default_json = "\"\""},
};

constexpr Field kPersistentVolumeClaimVolumeSourceFields[] = {
    {.name = "claimName", .required = true, .default_json = "\"\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
};

constexpr Field kPhotonPersistentDiskVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "pdID", .required = true, .default_json = "\"\""},
};

constexpr Field kPortworxVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "volumeID", .required = true, .default_json = "\"\""},
};

constexpr Field kClusterTrustBundleProjectionFields[] = {
    {.name = "labelSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "name", .omit_zero = true},
    {.name = "optional", .type = FieldType::kBool},
    {.name = "path", .required = true, .default_json = "\"\""},
    {.name = "signerName"},
};

constexpr Field kConfigMapProjectionFields[] = {
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kKeyToPath,
     .list_type = "atomic"},
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kDownwardAPIProjectionFields[] = {
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDownwardAPIVolumeFile,
     .list_type = "atomic"},
};

constexpr Field kSecretProjectionFields[] = {
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kKeyToPath,
     .list_type = "atomic"},
    {.name = "name", .default_json = "\"\""},
    {.name = "optional", .type = FieldType::kBool},
};

constexpr Field kServiceAccountTokenProjectionFields[] = {
    {.name = "audience", .omit_zero = true},
    {.name = "expirationSeconds", .type = FieldType::kInt64},
    {.name = "path", .required = true, .default_json = "\"\""},
};

constexpr Field kVolumeProjectionFields[] = {
    {.name = "clusterTrustBundle",
     .type = FieldType::kObject,
     .object = &kClusterTrustBundleProjection},
    {.name = "configMap", .type = FieldType::kObject, .object = &kConfigMapProjection},
    {.name = "downwardAPI", .type = FieldType::kObject, .object = &kDownwardAPIProjection},
    {.name = "secret", .type = FieldType::kObject, .object = &kSecretProjection},
    {.name = "serviceAccountToken",
     .type = FieldType::kObject,
     .object = &kServiceAccountTokenProjection},
};

constexpr Field kProjectedVolumeSourceFields[] = {
    {.name = "defaultMode", .type = FieldType::kInt32},
    {.name = "sources",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolumeProjection,
     .list_type = "atomic"},
};

constexpr Field kQuobyteVolumeSourceFields[] = {
    {.name = "group", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "registry", .required = true, .default_json = "\"\""},
    {.name = "tenant", .omit_zero = true},
    {.name = "user", .omit_zero = true},
    {.name = "volume", .required = true, .default_json = "\"\""},
};

constexpr Field kRBDVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "image", .required = true, .default_json = "\"\""},
    {.name = "keyring", .default_json = "\"/etc/ceph/keyring\""},
    {.name = "monitors", .type = FieldType::kList, .required = true, .list_type = "atomic"},
    {.name = "pool", .default_json = "\"rbd\""},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "user", .default_json = "\"admin\""},
};

constexpr Field kScaleIOVolumeSourceFields[] = {
    {.name = "fsType", .default_json = "\"xfs\""},
    {.name = "gateway", .required = true, .default_json = "\"\""},
    {.name = "protectionDomain", .omit_zero = true},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .required = true,
     .atomic_map = true},
    {.name = "sslEnabled", .type = FieldType::kBool, .omit_zero = true},
    {.name = "storageMode", .default_json = "\"ThinProvisioned\""},
    {.name = "storagePool", .omit_zero = true},
    {.name = "system", .required = true, .default_json = "\"\""},
    {.name = "volumeName", .omit_zero = true},
};

constexpr Field kSecretVolumeSourceFields[] = {
    {.name = "defaultMode", .type = FieldType::kInt32},
    {.name = "items",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kKeyToPath,
     .list_type = "atomic"},
    {.name = "optional", .type = FieldType::kBool},
    {.name = "secretName", .omit_zero = true},
};

constexpr Field kStorageOSVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "readOnly", .type = FieldType::kBool, .omit_zero = true},
    {.name = "secretRef",
     .type = FieldType::kObject,
     .object = &kLocalObjectReference,
     .atomic_map = true},
    {.name = "volumeName", .omit_zero = true},
    {.name = "volumeNamespace", .omit_zero = true},
};

constexpr Field kVsphereVirtualDiskVolumeSourceFields[] = {
    {.name = "fsType"},
    {.name = "storagePolicyID", .omit_zero = true},
    {.name = "storagePolicyName", .omit_zero = true},
    {.name = "volumePath", .required = true, .default_json = "\"\""},
};

constexpr Field kVolumeFields[] = {
    {.name = "awsElasticBlockStore",
     .type = FieldType::kObject,
     .object = &kAWSElasticBlockStoreVolumeSource},
    {.name = "azureDisk", .type = FieldType::kObject, .object = &kAzureDiskVolumeSource},
    {.name = "azureFile", .type = FieldType::kObject, .object = &kAzureFileVolumeSource},
    {.name = "cephfs", .type = FieldType::kObject, .object = &kCephFSVolumeSource},
    {.name = "cinder", .type = FieldType::kObject, .object = &kCinderVolumeSource},
    {.name = "configMap", .type = FieldType::kObject, .object = &kConfigMapVolumeSource},
    {.name = "csi", .type = FieldType::kObject, .object = &kCSIVolumeSource},
    {.name = "downwardAPI", .type = FieldType::kObject, .object = &kDownwardAPIVolumeSource},
    {.name = "emptyDir", .type = FieldType::kObject, .object = &kEmptyDirVolumeSource},
    {.name = "ephemeral", .type = FieldType::kObject, .object = &kEphemeralVolumeSource},
    {.name = "fc", .type = FieldType::kObject, .object = &kFCVolumeSource},
    {.name = "flexVolume", .type = FieldType::kObject, .object = &kFlexVolumeSource},
    {.name = "flocker", .type = FieldType::kObject, .object = &kFlockerVolumeSource},
    {.name = "gcePersistentDisk",
     .type = FieldType::kObject,
     .object = &kGCEPersistentDiskVolumeSource},
    {.name = "gitRepo", .type = FieldType::kObject, .object = &kGitRepoVolumeSource},
    {.name = "glusterfs", .type = FieldType::kObject, .object = &kGlusterfsVolumeSource},
    {.name = "hostPath", .type = FieldType::kObject, .object = &kHostPathVolumeSource},
    {.name = "image", .type = FieldType::kObject, .object = &kImageVolumeSource},
    {.name = "iscsi", .type = FieldType::kObject, .object = &kISCSIVolumeSource},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "nfs", .type = FieldType::kObject, .object = &kNFSVolumeSource},
    {.name = "persistentVolumeClaim",
     .type = FieldType::kObject,
     .object = &kPersistentVolumeClaimVolumeSource},
    {.name = "photonPersistentDisk",
     .type = FieldType::kObject,
     .object = &kPhotonPersistentDiskVolumeSource},
    {.name = "portworxVolume", .type = FieldType::kObject, .object = &kPortworxVolumeSource},
    {.name = "projected", .type = FieldType::kObject, .object = &kProjectedVolumeSource},
    {.name = "quobyte", .type = FieldType::kObject, .object = &kQuobyteVolumeSource},
    {.name = "rbd", .type = FieldType::kObject, .object = &kRBDVolumeSource},
    {.name = "scaleIO", .type = FieldType::kObject, .object = &kScaleIOVolumeSource},
    {.name = "secret", .type = FieldType::kObject, .object = &kSecretVolumeSource},
    {.name = "storageos", .type = FieldType::kObject, .object = &kStorageOSVolumeSource},
    {.name = "vsphereVolume",
     .type = FieldType::kObject,
     .object = &kVsphereVirtualDiskVolumeSource},
};

}  // namespace

constinit const Type kAWSElasticBlockStoreVolumeSource = {
    "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource", "",
    kAWSElasticBlockStoreVolumeSourceFields};
constinit const Type kAzureDiskVolumeSource = {"io.k8s.api.core.v1.AzureDiskVolumeSource", "",
                                               kAzureDiskVolumeSourceFields};
constinit const Type kAzureFileVolumeSource = {"io.k8s.api.core.v1.AzureFileVolumeSource", "",
                                               kAzureFileVolumeSourceFields};
constinit const Type kCephFSVolumeSource = {"io.k8s.api.core.v1.CephFSVolumeSource", "",
                                            kCephFSVolumeSourceFields};
constinit const Type kCinderVolumeSource = {"io.k8s.api.core.v1.CinderVolumeSource", "",
                                            kCinderVolumeSourceFields};
constinit const Type kKeyToPath = {"io.k8s.api.core.v1.KeyToPath", "", kKeyToPathFields};
constinit const Type kConfigMapVolumeSource = {"io.k8s.api.core.v1.ConfigMapVolumeSource", "",
                                               kConfigMapVolumeSourceFields};
constinit const Type kCSIVolumeSource = {"io.k8s.api.core.v1.CSIVolumeSource", "",
                                         kCSIVolumeSourceFields};
constinit const Type kDownwardAPIVolumeFile = {"io.k8s.api.core.v1.DownwardAPIVolumeFile", "",
                                               kDownwardAPIVolumeFileFields};
constinit const Type kDownwardAPIVolumeSource = {"io.k8s.api.core.v1.DownwardAPIVolumeSource", "",
                                                 kDownwardAPIVolumeSourceFields};
constinit const Type kEmptyDirVolumeSource = {"io.k8s.api.core.v1.EmptyDirVolumeSource", "",
                                              kEmptyDirVolumeSourceFields};
constinit const Type kTypedLocalObjectReference = {"io.k8s.api.core.v1.TypedLocalObjectReference",
                                                   "", kTypedLocalObjectReferenceFields};
constinit const Type kTypedObjectReference = {"io.k8s.api.core.v1.TypedObjectReference", "",
                                              kTypedObjectReferenceFields};
constinit const Type kVolumeResourceRequirements = {"io.k8s.api.core.v1.VolumeResourceRequirements",
                                                    "", kVolumeResourceRequirementsFields};
constinit const Type kPersistentVolumeClaimSpec = {"io.k8s.api.core.v1.PersistentVolumeClaimSpec",
                                                   "", kPersistentVolumeClaimSpecFields};
constinit const Type kPersistentVolumeClaimTemplate = {
    "io.k8s.api.core.v1.PersistentVolumeClaimTemplate", "", kPersistentVolumeClaimTemplateFields};
constinit const Type kEphemeralVolumeSource = {"io.k8s.api.core.v1.EphemeralVolumeSource", "",
                                               kEphemeralVolumeSourceFields};
constinit const Type kFCVolumeSource = {"io.k8s.api.core.v1.FCVolumeSource", "",
                                        kFCVolumeSourceFields};
constinit const Type kFlexVolumeSource = {"io.k8s.api.core.v1.FlexVolumeSource", "",
                                          kFlexVolumeSourceFields};
constinit const Type kFlockerVolumeSource = {"io.k8s.api.core.v1.FlockerVolumeSource", "",
                                             kFlockerVolumeSourceFields};
constinit const Type kGCEPersistentDiskVolumeSource = {
    "io.k8s.api.core.v1.GCEPersistentDiskVolumeSource", "", kGCEPersistentDiskVolumeSourceFields};
constinit const Type kGitRepoVolumeSource = {"io.k8s.api.core.v1.GitRepoVolumeSource", "",
                                             kGitRepoVolumeSourceFields};
constinit const Type kGlusterfsVolumeSource = {"io.k8s.api.core.v1.GlusterfsVolumeSource", "",
                                               kGlusterfsVolumeSourceFields};
constinit const Type kHostPathVolumeSource = {"io.k8s.api.core.v1.HostPathVolumeSource", "",
                                              kHostPathVolumeSourceFields};
constinit const Type kImageVolumeSource = {"io.k8s.api.core.v1.ImageVolumeSource", "",
                                           kImageVolumeSourceFields};
constinit const Type kISCSIVolumeSource = {"io.k8s.api.core.v1.ISCSIVolumeSource", "",
                                           kISCSIVolumeSourceFields};
constinit const Type kNFSVolumeSource = {"io.k8s.api.core.v1.NFSVolumeSource", "",
                                         kNFSVolumeSourceFields};
constinit const Type kPersistentVolumeClaimVolumeSource = {
    "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource", "",
    kPersistentVolumeClaimVolumeSourceFields};
constinit const Type kPhotonPersistentDiskVolumeSource = {
    "io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource", "",
    kPhotonPersistentDiskVolumeSourceFields};
constinit const Type kPortworxVolumeSource = {"io.k8s.api.core.v1.PortworxVolumeSource", "",
                                              kPortworxVolumeSourceFields};
constinit const Type kClusterTrustBundleProjection = {
    "io.k8s.api.core.v1.ClusterTrustBundleProjection", "", kClusterTrustBundleProjectionFields};
constinit const Type kConfigMapProjection = {"io.k8s.api.core.v1.ConfigMapProjection", "",
                                             kConfigMapProjectionFields};
constinit const Type kDownwardAPIProjection = {"io.k8s.api.core.v1.DownwardAPIProjection", "",
                                               kDownwardAPIProjectionFields};
constinit const Type kSecretProjection = {"io.k8s.api.core.v1.SecretProjection", "",
                                          kSecretProjectionFields};
constinit const Type kServiceAccountTokenProjection = {
    "io.k8s.api.core.v1.ServiceAccountTokenProjection", "", kServiceAccountTokenProjectionFields};
constinit const Type kVolumeProjection = {"io.k8s.api.core.v1.VolumeProjection", "",
                                          kVolumeProjectionFields};
constinit const Type kProjectedVolumeSource = {"io.k8s.api.core.v1.ProjectedVolumeSource", "",
                                               kProjectedVolumeSourceFields};
constinit const Type kQuobyteVolumeSource = {"io.k8s.api.core.v1.QuobyteVolumeSource", "",
                                             kQuobyteVolumeSourceFields};
constinit const Type kRBDVolumeSource = {"io.k8s.api.core.v1.RBDVolumeSource", "",
                                         kRBDVolumeSourceFields};
constinit const Type kScaleIOVolumeSource = {"io.k8s.api.core.v1.ScaleIOVolumeSource", "",
                                             kScaleIOVolumeSourceFields};
constinit const Type kSecretVolumeSource = {"io.k8s.api.core.v1.SecretVolumeSource", "",
                                            kSecretVolumeSourceFields};
constinit const Type kStorageOSVolumeSource = {"io.k8s.api.core.v1.StorageOSVolumeSource", "",
                                               kStorageOSVolumeSourceFields};
constinit const Type kVsphereVirtualDiskVolumeSource = {
    "io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource", "", kVsphereVirtualDiskVolumeSourceFields};
constinit const Type kVolume = {"io.k8s.api.core.v1.Volume", "", kVolumeFields};

}  // namespace inferlab::sim::types
