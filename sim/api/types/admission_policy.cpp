// Schema tables: ValidatingAdmissionPolicies and their bindings.
// Facts: Kubernetes API reference 1.32, "ValidatingAdmissionPolicy".
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kParamKindFields[] = {
    {.name = "apiVersion", .omit_zero = true},
    {.name = "kind", .omit_zero = true},
};
constinit const Type kParamKind = {"io.k8s.api.admissionregistration.v1.ParamKind", "",
                                   kParamKindFields};

constexpr Field kNamedRuleWithOperationsFields[] = {
    {.name = "apiGroups", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "apiVersions", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "operations", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "resourceNames", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "resources", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "scope"},
};
constinit const Type kNamedRuleWithOperations = {
    "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations", "",
    kNamedRuleWithOperationsFields};

constexpr Field kMatchResourcesFields[] = {
    {.name = "excludeResourceRules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNamedRuleWithOperations,
     .list_type = "atomic"},
    {.name = "matchPolicy"},
    {.name = "namespaceSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "objectSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "resourceRules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNamedRuleWithOperations,
     .description = "Which requests it looks at.",
     .list_type = "atomic"},
};
constinit const Type kMatchResources = {"io.k8s.api.admissionregistration.v1.MatchResources", "",
                                        kMatchResourcesFields};

constexpr Field kValidationFields[] = {
    {.name = "expression",
     .description = "A CEL expression that must be true.",
     .required = true,
     .default_json = "\"\""},
    {.name = "message", .description = "What to say when it is not.", .omit_zero = true},
    {.name = "messageExpression", .omit_zero = true},
    {.name = "reason"},
};
constinit const Type kValidation = {"io.k8s.api.admissionregistration.v1.Validation", "",
                                    kValidationFields};

constexpr Field kAuditAnnotationFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "valueExpression", .required = true, .default_json = "\"\""},
};
constinit const Type kAuditAnnotation = {"io.k8s.api.admissionregistration.v1.AuditAnnotation", "",
                                         kAuditAnnotationFields};

constexpr Field kMatchConditionFields[] = {
    {.name = "expression", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kMatchCondition = {"io.k8s.api.admissionregistration.v1.MatchCondition", "",
                                        kMatchConditionFields};

constexpr Field kVariableFields[] = {
    {.name = "expression", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kVariable = {"io.k8s.api.admissionregistration.v1.Variable", "",
                                  kVariableFields};

constexpr Field kPolicySpecFields[] = {
    {.name = "auditAnnotations",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kAuditAnnotation,
     .list_type = "atomic"},
    {.name = "failurePolicy", .description = "What an error of an expression means: Fail, Ignore."},
    {.name = "matchConditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kMatchCondition,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "matchConstraints",
     .type = FieldType::kObject,
     .object = &kMatchResources,
     .description = "Which requests it looks at."},
    {.name = "paramKind",
     .type = FieldType::kObject,
     .object = &kParamKind,
     .description = "The kind of the objects that hold its parameters.",
     .atomic_map = true},
    {.name = "validations",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kValidation,
     .description = "What must hold.",
     .list_type = "atomic"},
    {.name = "variables",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVariable,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
};
constinit const Type kPolicySpec = {
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec", "", kPolicySpecFields};

constexpr Field kExpressionWarningFields[] = {
    {.name = "fieldRef", .required = true, .default_json = "\"\""},
    {.name = "warning", .required = true, .default_json = "\"\""},
};
constinit const Type kExpressionWarning = {"io.k8s.api.admissionregistration.v1.ExpressionWarning",
                                           "", kExpressionWarningFields};

constexpr Field kTypeCheckingFields[] = {
    {.name = "expressionWarnings",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kExpressionWarning,
     .list_type = "atomic"},
};
constinit const Type kTypeChecking = {"io.k8s.api.admissionregistration.v1.TypeChecking", "",
                                      kTypeCheckingFields};

constexpr Field kPolicyStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCondition,
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "typeChecking", .type = FieldType::kObject, .object = &kTypeChecking},
};
constinit const Type kPolicyStatus = {
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus", "", kPolicyStatusFields};

constexpr Field kPolicyFields[] = {
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
     .object = &kPolicySpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kPolicyStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};

constexpr Field kParamRefFields[] = {
    {.name = "name", .omit_zero = true},
    {.name = "namespace", .omit_zero = true},
    {.name = "parameterNotFoundAction"},
    {.name = "selector", .type = FieldType::kObject, .object = &kLabelSelector, .atomic_map = true},
};
constinit const Type kParamRef = {"io.k8s.api.admissionregistration.v1.ParamRef", "",
                                  kParamRefFields};

constexpr Field kBindingSpecFields[] = {
    {.name = "matchResources",
     .type = FieldType::kObject,
     .object = &kMatchResources,
     .description = "Where the policy holds; wherever it matches if not stated."},
    {.name = "paramRef",
     .type = FieldType::kObject,
     .object = &kParamRef,
     .description = "The object with the parameters.",
     .atomic_map = true},
    {.name = "policyName", .description = "The policy.", .omit_zero = true},
    {.name = "validationActions",
     .type = FieldType::kList,
     .description = "What a breach leads to: Deny, Warn, Audit.",
     .list_type = "set"},
};
constinit const Type kBindingSpec = {
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "",
    kBindingSpecFields};

constexpr Field kPolicyBindingFields[] = {
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
     .object = &kBindingSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
};

}  // namespace

constinit const Type kValidatingAdmissionPolicy = {
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy",
    "Conditions that objects must meet to be accepted.", kPolicyFields};
constinit const Type kValidatingAdmissionPolicyBinding = {
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding",
    "Where a policy holds and what a breach of it leads to.", kPolicyBindingFields};

}  // namespace inferlab::sim::types
