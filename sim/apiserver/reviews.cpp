#include "sim/apiserver/reviews.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAuthorization = "authorization.k8s.io";
constexpr std::string_view kAuthentication = "authentication.k8s.io";

Value list(std::initializer_list<const char*> items) {
  Value::Array result;
  for (const char* item : items) result.emplace_back(item);
  return Value::array(std::move(result));
}

}  // namespace

const std::vector<ReviewResource>& review_resources() {
  static const std::vector<ReviewResource> resources = {
      {kAuthentication, "v1", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview"},
      {kAuthorization, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews",
       "selfsubjectaccessreview"},
      {kAuthorization, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews",
       "selfsubjectrulesreview"},
  };
  return resources;
}

std::optional<Value> answer_review(std::string_view kind, const Value& question,
                                   const Asker& asker) {
  Value answer = question.with("kind", kind);
  if (kind == "SelfSubjectAccessReview") {
    return answer.with("apiVersion", "authorization.k8s.io/v1")
        .with("status", Value::object({{"allowed", true}}));
  }
  if (kind == "SelfSubjectRulesReview") {
    const Value everything = Value::object(
        {{"verbs", list({"*"})}, {"apiGroups", list({"*"})}, {"resources", list({"*"})}});
    const Value every_path =
        Value::object({{"verbs", list({"*"})}, {"nonResourceURLs", list({"*"})}});
    return answer.with("apiVersion", "authorization.k8s.io/v1")
        .with("status", Value::object({{"incomplete", false},
                                       {"resourceRules", Value::array({everything})},
                                       {"nonResourceRules", Value::array({every_path})}}));
  }
  if (kind == "SelfSubjectReview") {
    const Value info =
        Value::object({{"username", asker.user}, {"groups", Value::strings(asker.groups)}});
    return answer.with("apiVersion", "authentication.k8s.io/v1")
        .with("status", Value::object({{"userInfo", info}}));
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
