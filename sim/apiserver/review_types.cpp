// The shapes of the review kinds' questions, as far as they are looked at.
// Source: Kubernetes API reference, "SelfSubjectAccessReview", "SelfSubjectRulesReview",
// "SelfSubjectReview".
#include "sim/api/schema.h"
#include "sim/apiserver/reviews.h"

namespace inferlab::sim {
namespace {

// Of each type in order of name.
constexpr Field kResourceAttributesFields[] = {
    {.name = "group"},       {.name = "name"}, {.name = "namespace"}, {.name = "resource"},
    {.name = "subresource"}, {.name = "verb"}, {.name = "version"},
};
constexpr Type kResourceAttributes{"io.k8s.api.authorization.v1.ResourceAttributes",
                                   "What is to be done to which resource.",
                                   kResourceAttributesFields};

constexpr Field kNonResourceAttributesFields[] = {{.name = "path"}, {.name = "verb"}};
constexpr Type kNonResourceAttributes{"io.k8s.api.authorization.v1.NonResourceAttributes",
                                      "What is to be done to which path.",
                                      kNonResourceAttributesFields};

constexpr Field kAccessSpecFields[] = {
    {.name = "nonResourceAttributes",
     .type = FieldType::kObject,
     .object = &kNonResourceAttributes},
    {.name = "resourceAttributes", .type = FieldType::kObject, .object = &kResourceAttributes},
};
constexpr Type kAccessSpec{"io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
                           "One of its two members says what is asked about.", kAccessSpecFields};

constexpr Field kSubjectSpecFields[] = {
    {.name = "groups", .type = FieldType::kList},
    {.name = "nonResourceAttributes",
     .type = FieldType::kObject,
     .object = &kNonResourceAttributes},
    {.name = "resourceAttributes", .type = FieldType::kObject, .object = &kResourceAttributes},
    {.name = "uid"},
    {.name = "user"},
};
constexpr Type kSubjectSpec{"io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
                            "Who would do it, and what is asked about.", kSubjectSpecFields};

constexpr Field kRulesSpecFields[] = {{.name = "namespace"}};
constexpr Type kRulesSpec{"io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec",
                          "The namespace that is asked about.", kRulesSpecFields};

constexpr Field kAccessFields[] = {
    {.name = "spec", .type = FieldType::kObject, .object = &kAccessSpec}};
constexpr Type kAccess{"io.k8s.api.authorization.v1.SelfSubjectAccessReview",
                       "Asks whether the asker may do something.", kAccessFields};

constexpr Field kSubjectFields[] = {
    {.name = "spec", .type = FieldType::kObject, .object = &kSubjectSpec}};
constexpr Type kSubject{"io.k8s.api.authorization.v1.SubjectAccessReview",
                        "Asks whether somebody may do something.", kSubjectFields};

constexpr Field kRulesFields[] = {
    {.name = "spec", .type = FieldType::kObject, .object = &kRulesSpec}};
constexpr Type kRules{"io.k8s.api.authorization.v1.SelfSubjectRulesReview",
                      "Asks for all that the asker may do in a namespace.", kRulesFields};

constexpr Field kBoundObjectFields[] = {
    {.name = "apiVersion"}, {.name = "kind"}, {.name = "name"}, {.name = "uid"}};
constexpr Type kBoundObject{"io.k8s.api.authentication.v1.BoundObjectReference",
                            "What a token is bound to.", kBoundObjectFields};

constexpr Field kTokenRequestSpecFields[] = {
    {.name = "audiences", .type = FieldType::kList},
    {.name = "boundObjectRef", .type = FieldType::kObject, .object = &kBoundObject},
    {.name = "expirationSeconds", .type = FieldType::kInt64},
};
constexpr Type kTokenRequestSpec{"io.k8s.api.authentication.v1.TokenRequestSpec",
                                 "Whom the token is for, and for how long.",
                                 kTokenRequestSpecFields};
constexpr Field kTokenRequestFields[] = {
    {.name = "spec", .type = FieldType::kObject, .object = &kTokenRequestSpec}};
constexpr Type kTokenRequest{"io.k8s.api.authentication.v1.TokenRequest",
                             "Asks for a token of a ServiceAccount.", kTokenRequestFields};

constexpr Field kTokenReviewSpecFields[] = {{.name = "audiences", .type = FieldType::kList},
                                            {.name = "token"}};
constexpr Type kTokenReviewSpec{"io.k8s.api.authentication.v1.TokenReviewSpec", "The token.",
                                kTokenReviewSpecFields};
constexpr Field kTokenReviewFields[] = {
    {.name = "spec", .type = FieldType::kObject, .object = &kTokenReviewSpec}};
constexpr Type kTokenReview{"io.k8s.api.authentication.v1.TokenReview",
                            "Asks whom a token stands for.", kTokenReviewFields};

constexpr Type kSelf{
    "io.k8s.api.authentication.v1.SelfSubjectReview", "Asks who the asker is.", {}};

}  // namespace

const Type* review_type(std::string_view api_version, std::string_view kind) {
  if (api_version == "authorization.k8s.io/v1" && kind == "SelfSubjectAccessReview") {
    return &kAccess;
  }
  if (api_version == "authorization.k8s.io/v1" &&
      (kind == "SubjectAccessReview" || kind == "LocalSubjectAccessReview")) {
    return &kSubject;
  }
  if (api_version == "authorization.k8s.io/v1" && kind == "SelfSubjectRulesReview") return &kRules;
  if (api_version == "authentication.k8s.io/v1" && kind == "SelfSubjectReview") return &kSelf;
  if (api_version == "authentication.k8s.io/v1" && kind == "TokenRequest") return &kTokenRequest;
  if (api_version == "authentication.k8s.io/v1" && kind == "TokenReview") return &kTokenReview;
  return nullptr;
}

}  // namespace inferlab::sim
