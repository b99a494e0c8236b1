// Schema tables: ObjectMeta and what else every kind shares.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kManagedFieldsEntryFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "fieldsType", .omit_zero = true},
    {.name = "fieldsV1", .type = FieldType::kRaw},
    {.name = "manager", .omit_zero = true},
    {.name = "operation", .omit_zero = true},
    {.name = "subresource", .omit_zero = true},
    {.name = "time", .type = FieldType::kTime},
};

constexpr Field kOwnerReferenceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .required = true,
     .default_json = "\"\""},
    {.name = "blockOwnerDeletion", .type = FieldType::kBool},
    {.name = "controller", .type = FieldType::kBool},
    {.name = "kind",
     .description = "What kind of object this is.",
     .required = true,
     .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "uid", .required = true, .default_json = "\"\""},
};

constexpr Field kObjectMetaFields[] = {
    {.name = "annotations",
     .type = FieldType::kMap,
     .description = "Keys and values that tools keep with the object; selectors do not see them."},
    {.name = "creationTimestamp",
     .type = FieldType::kTime,
     .description = "When the server made the object.",
     .default_json = "null"},
    {.name = "deletionGracePeriodSeconds", .type = FieldType::kInt64},
    {.name = "deletionTimestamp",
     .type = FieldType::kTime,
     .description =
         "When the object is to be gone; set by the server once deletion was asked for."},
    {.name = "finalizers",
     .type = FieldType::kList,
     .description = "Names of tasks that must be done before the object is removed.",
     .patch_strategy = "merge",
     .list_type = "set"},
    {.name = "generateName",
     .description = "A prefix from which the server makes a unique name.",
     .omit_zero = true},
    {.name = "generation", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "labels",
     .type = FieldType::kMap,
     .description = "Keys and values by which selectors find the object."},
    {.name = "managedFields",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kManagedFieldsEntry,
     .list_type = "atomic"},
    {.name = "name",
     .description = "Unique among the objects of this kind in the namespace; cannot be changed.",
     .omit_zero = true},
    {.name = "namespace",
     .description = "The scope within which the name is unique.",
     .omit_zero = true},
    {.name = "ownerReferences",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kOwnerReference,
     .description = "The objects this one belongs to: when all are gone it is collected.",
     .merge_key = "uid",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "uid"},
    {.name = "resourceVersion",
     .description = "Changes with every write; an update that names an older one is refused.",
     .omit_zero = true},
    {.name = "selfLink", .omit_zero = true},
    {.name = "uid",
     .description = "Tells this object from others that had its name before; set by the server.",
     .omit_zero = true},
};

constexpr Field kLabelSelectorRequirementFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "operator", .required = true, .default_json = "\"\""},
    {.name = "values", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kLabelSelectorFields[] = {
    {.name = "matchExpressions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLabelSelectorRequirement,
     .list_type = "atomic"},
    {.name = "matchLabels", .type = FieldType::kMap},
};

constexpr Field kConditionFields[] = {
    {.name = "lastTransitionTime",
     .type = FieldType::kTime,
     .required = true,
     .default_json = "null"},
    {.name = "message", .required = true, .default_json = "\"\""},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "reason", .required = true, .default_json = "\"\""},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kPreconditionsFields[] = {
    {.name = "resourceVersion"},
    {.name = "uid"},
};

constexpr Field kDeleteOptionsFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "dryRun", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "gracePeriodSeconds", .type = FieldType::kInt64},
    {.name = "ignoreStoreReadErrorWithClusterBreakingPotential",
     .type = FieldType::kBool,
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "orphanDependents", .type = FieldType::kBool},
    {.name = "preconditions", .type = FieldType::kObject, .object = &kPreconditions},
    {.name = "propagationPolicy", .omit_zero = true},
};

}  // namespace

constinit const Type kManagedFieldsEntry = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry", "", kManagedFieldsEntryFields};
constinit const Type kOwnerReference = {"io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference", "",
                                        kOwnerReferenceFields};
constinit const Type kObjectMeta = {"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "",
                                    kObjectMetaFields};
constinit const Type kLabelSelectorRequirement = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", "",
    kLabelSelectorRequirementFields};
constinit const Type kLabelSelector = {"io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector", "",
                                       kLabelSelectorFields};
constinit const Type kCondition = {"io.k8s.apimachinery.pkg.apis.meta.v1.Condition", "",
                                   kConditionFields};
constinit const Type kPreconditions = {"io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", "",
                                       kPreconditionsFields};
constinit const Type kDeleteOptions = {"io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", "",
                                       kDeleteOptionsFields};

}  // namespace inferlab::sim::types
