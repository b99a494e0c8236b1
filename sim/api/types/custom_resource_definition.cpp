// Schema tables: CustomResourceDefinitions.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

extern const Type kJSONSchemaProps;

constexpr Field kServiceReferenceFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "namespace", .required = true, .default_json = "\"\""},
    {.name = "path"},
    {.name = "port", .type = FieldType::kInt32},
};
constinit const Type kServiceReference = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference", "",
    kServiceReferenceFields};

constexpr Field kWebhookClientConfigFields[] = {
    {.name = "caBundle", .type = FieldType::kBytes, .omit_zero = true},
    {.name = "service", .type = FieldType::kObject, .object = &kServiceReference},
    {.name = "url"},
};
constinit const Type kWebhookClientConfig = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig", "",
    kWebhookClientConfigFields};

constexpr Field kWebhookConversionFields[] = {
    {.name = "clientConfig", .type = FieldType::kObject, .object = &kWebhookClientConfig},
    {.name = "conversionReviewVersions",
     .type = FieldType::kList,
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kWebhookConversion = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion", "",
    kWebhookConversionFields};

constexpr Field kCustomResourceConversionFields[] = {
    {.name = "strategy", .required = true, .default_json = "\"\""},
    {.name = "webhook", .type = FieldType::kObject, .object = &kWebhookConversion},
};
constinit const Type kCustomResourceConversion = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion", "",
    kCustomResourceConversionFields};

constexpr Field kCustomResourceDefinitionNamesFields[] = {
    {.name = "categories", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "listKind", .omit_zero = true},
    {.name = "plural", .required = true, .default_json = "\"\""},
    {.name = "shortNames", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "singular", .omit_zero = true},
};
constinit const Type kCustomResourceDefinitionNames = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames", "",
    kCustomResourceDefinitionNamesFields};

constexpr Field kCustomResourceColumnDefinitionFields[] = {
    {.name = "description", .omit_zero = true},
    {.name = "format", .omit_zero = true},
    {.name = "jsonPath", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "priority", .type = FieldType::kInt32},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kCustomResourceColumnDefinition = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition", "",
    kCustomResourceColumnDefinitionFields};

constexpr Field kExternalDocumentationFields[] = {
    {.name = "description", .omit_zero = true},
    {.name = "url"},
};
constinit const Type kExternalDocumentation = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation", "",
    kExternalDocumentationFields};

constexpr Field kValidationRuleFields[] = {
    {.name = "fieldPath", .omit_zero = true},
    {.name = "message", .omit_zero = true},
    {.name = "messageExpression", .omit_zero = true},
    {.name = "optionalOldSelf", .type = FieldType::kBool},
    {.name = "reason", .omit_zero = true},
    {.name = "rule", .required = true, .default_json = "\"\""},
};
constinit const Type kValidationRule = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule", "",
    kValidationRuleFields};

constexpr Field kJSONSchemaPropsFields[] = {
    {.name = "$ref", .omit_zero = true},
    {.name = "$schema", .omit_zero = true},
    {.name = "additionalItems", .type = FieldType::kRaw},
    {.name = "additionalProperties", .type = FieldType::kRaw},
    {.name = "allOf",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps,
     .list_type = "atomic"},
    {.name = "anyOf",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps,
     .list_type = "atomic"},
    {.name = "default", .type = FieldType::kRaw},
    {.name = "definitions",
     .type = FieldType::kMap,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps},
    {.name = "dependencies", .type = FieldType::kMap, .element = FieldType::kRaw},
    {.name = "description", .omit_zero = true},
    {.name = "enum", .type = FieldType::kList, .element = FieldType::kRaw, .list_type = "atomic"},
    {.name = "example", .type = FieldType::kRaw},
    {.name = "exclusiveMaximum", .type = FieldType::kBool, .omit_zero = true},
    {.name = "exclusiveMinimum", .type = FieldType::kBool, .omit_zero = true},
    {.name = "externalDocs", .type = FieldType::kObject, .object = &kExternalDocumentation},
    {.name = "format", .omit_zero = true},
    {.name = "id", .omit_zero = true},
    {.name = "items", .type = FieldType::kRaw},
    {.name = "maxItems", .type = FieldType::kInt64},
    {.name = "maxLength", .type = FieldType::kInt64},
    {.name = "maxProperties", .type = FieldType::kInt64},
    {.name = "maximum", .type = FieldType::kNumber},
    {.name = "minItems", .type = FieldType::kInt64},
    {.name = "minLength", .type = FieldType::kInt64},
    {.name = "minProperties", .type = FieldType::kInt64},
    {.name = "minimum", .type = FieldType::kNumber},
    {.name = "multipleOf", .type = FieldType::kNumber},
    {.name = "not", .type = FieldType::kObject, .object = &kJSONSchemaProps},
    {.name = "nullable", .type = FieldType::kBool, .omit_zero = true},
    {.name = "oneOf",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps,
     .list_type = "atomic"},
    {.name = "pattern", .omit_zero = true},
    {.name = "patternProperties",
     .type = FieldType::kMap,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps},
    {.name = "properties",
     .type = FieldType::kMap,
     .element = FieldType::kObject,
     .object = &kJSONSchemaProps},
    {.name = "required", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "title", .omit_zero = true},
    {.name = "type", .omit_zero = true},
    {.name = "uniqueItems", .type = FieldType::kBool, .omit_zero = true},
    {.name = "x-kubernetes-embedded-resource", .type = FieldType::kBool, .omit_zero = true},
    {.name = "x-kubernetes-int-or-string", .type = FieldType::kBool, .omit_zero = true},
    {.name = "x-kubernetes-list-map-keys", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "x-kubernetes-list-type"},
    {.name = "x-kubernetes-map-type"},
    {.name = "x-kubernetes-preserve-unknown-fields", .type = FieldType::kBool},
    {.name = "x-kubernetes-validations",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kValidationRule,
     .merge_key = "rule",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "rule"},
};
constinit const Type kJSONSchemaProps = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "",
    kJSONSchemaPropsFields};

constexpr Field kCustomResourceValidationFields[] = {
    {.name = "openAPIV3Schema", .type = FieldType::kObject, .object = &kJSONSchemaProps},
};
constinit const Type kCustomResourceValidation = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation", "",
    kCustomResourceValidationFields};

constexpr Field kSelectableFieldFields[] = {
    {.name = "jsonPath", .required = true, .default_json = "\"\""},
};
constinit const Type kSelectableField = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField", "",
    kSelectableFieldFields};

constexpr Field kCustomResourceSubresourceScaleFields[] = {
    {.name = "labelSelectorPath", .omit_zero = true},
    {.name = "specReplicasPath", .required = true, .default_json = "\"\""},
    {.name = "statusReplicasPath", .required = true, .default_json = "\"\""},
};
constinit const Type kCustomResourceSubresourceScale = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale", "",
    kCustomResourceSubresourceScaleFields};

constinit const Type kCustomResourceSubresourceStatus = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus",
    "",
    {}};

constexpr Field kCustomResourceSubresourcesFields[] = {
    {.name = "scale", .type = FieldType::kObject, .object = &kCustomResourceSubresourceScale},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kCustomResourceSubresourceStatus,
     .description = "What was last observed."},
};
constinit const Type kCustomResourceSubresources = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources", "",
    kCustomResourceSubresourcesFields};

constexpr Field kCustomResourceDefinitionVersionFields[] = {
    {.name = "additionalPrinterColumns",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCustomResourceColumnDefinition,
     .description = "The columns that kubectl shows.",
     .list_type = "atomic"},
    {.name = "deprecated", .type = FieldType::kBool, .omit_zero = true},
    {.name = "deprecationWarning", .omit_zero = true},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "schema",
     .type = FieldType::kObject,
     .object = &kCustomResourceValidation,
     .description = "What its objects may hold."},
    {.name = "selectableFields",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kSelectableField,
     .list_type = "atomic"},
    {.name = "served",
     .type = FieldType::kBool,
     .description = "Whether this version can be used.",
     .required = true,
     .default_json = "false"},
    {.name = "storage",
     .type = FieldType::kBool,
     .description = "Whether objects are kept in this version.",
     .required = true,
     .default_json = "false"},
    {.name = "subresources",
     .type = FieldType::kObject,
     .object = &kCustomResourceSubresources,
     .description = "Whether it has a status and can be scaled."},
};
constinit const Type kCustomResourceDefinitionVersion = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion", "",
    kCustomResourceDefinitionVersionFields};

constexpr Field kCustomResourceDefinitionSpecFields[] = {
    {.name = "conversion", .type = FieldType::kObject, .object = &kCustomResourceConversion},
    {.name = "group",
     .description = "The API group of the kind.",
     .required = true,
     .default_json = "\"\""},
    {.name = "names",
     .type = FieldType::kObject,
     .object = &kCustomResourceDefinitionNames,
     .description = "How the kind is called in paths, commands and objects.",
     .required = true,
     .default_json = "{}"},
    {.name = "preserveUnknownFields", .type = FieldType::kBool},
    {.name = "scope",
     .description = "Namespaced or Cluster.",
     .required = true,
     .default_json = "\"\""},
    {.name = "versions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCustomResourceDefinitionVersion,
     .description = "Its versions, one of which is stored.",
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kCustomResourceDefinitionSpec = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec", "",
    kCustomResourceDefinitionSpecFields};

constexpr Field kCustomResourceDefinitionConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kCustomResourceDefinitionCondition = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition",
    "", kCustomResourceDefinitionConditionFields};

constexpr Field kCustomResourceDefinitionStatusFields[] = {
    {.name = "acceptedNames",
     .type = FieldType::kObject,
     .object = &kCustomResourceDefinitionNames,
     .default_json = "{}"},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCustomResourceDefinitionCondition,
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "storedVersions", .type = FieldType::kList, .list_type = "atomic"},
};
constinit const Type kCustomResourceDefinitionStatus = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus", "",
    kCustomResourceDefinitionStatusFields};

constexpr Field kCustomResourceDefinitionFields[] = {
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
     .object = &kCustomResourceDefinitionSpec,
     .description = "What is wished for.",
     .required = true,
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kCustomResourceDefinitionStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
}  // namespace

constinit const Type kCustomResourceDefinition = {
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
    "A kind of object that the cluster did not have.", kCustomResourceDefinitionFields};

}  // namespace inferlab::sim::types
