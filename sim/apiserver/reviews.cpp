#include "sim/apiserver/reviews.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAuthorization = "authorization.k8s.io";
constexpr std::string_view kAuthentication = "authentication.k8s.io";

// What resourceAttributes or nonResourceAttributes ask about.
AccessRequest access_of(const Value& spec, std::string_view ns) {
  AccessRequest out;
  const Value& path = spec["nonResourceAttributes"];
  if (path.is_object()) {
    out.path = path["path"].str();
    out.verb = path["verb"].str();
    return out;
  }
  const Value& resource = spec["resourceAttributes"];
  out.verb = resource["verb"].str();
  out.group = resource["group"].str();
  out.resource = resource["resource"].str();
  out.subresource = resource["subresource"].str();
  out.name = resource["name"].str();
  out.ns = ns.empty() ? resource["namespace"].str() : std::string(ns);
  return out;
}

Value access_status(const Store& store, const Subject& subject, const AccessRequest& access) {
  const AccessDecision decision = authorize(store, subject, access);
  Value status = Value::object({{"allowed", decision.allowed}});
  return decision.reason.empty() ? status : status.with("reason", Value(decision.reason));
}

Subject named_subject(const Value& spec) {
  Subject out;
  out.user = spec["user"].str();
  for (const Value& group : spec["groups"].items()) out.groups.push_back(group.str());
  return out;
}

// Rules about resources stand apart from those about paths.
Value rules_status(const Store& store, const Subject& subject, std::string_view ns) {
  Value::Array resources;
  Value::Array paths;
  const Value rules = rules_of(store, subject, ns);
  for (const Value& rule : rules.items()) {
    (rule.has("nonResourceURLs") ? paths : resources).push_back(rule);
  }
  return Value::object({{"incomplete", false},
                        {"nonResourceRules", Value::array(std::move(paths))},
                        {"resourceRules", Value::array(std::move(resources))}});
}

}  // namespace

const std::vector<ReviewResource>& review_resources() {
  static const std::vector<ReviewResource> resources = {
      {kAuthentication, "v1", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview"},
      {kAuthentication, "v1", "TokenReview", "tokenreviews", "tokenreview"},
      {kAuthorization, "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews",
       "localsubjectaccessreview", true},
      {kAuthorization, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews",
       "selfsubjectaccessreview"},
      {kAuthorization, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews",
       "selfsubjectrulesreview"},
      {kAuthorization, "v1", "SubjectAccessReview", "subjectaccessreviews", "subjectaccessreview"},
  };
  return resources;
}

std::optional<Value> answer_review(const Store& store, std::string_view kind, const Value& question,
                                   const Subject& asker, std::string_view ns) {
  const Value& spec = question["spec"];
  const Value answer = question.with("kind", kind).with("apiVersion", "authorization.k8s.io/v1");
  if (kind == "SelfSubjectAccessReview") {
    return answer.with("status", access_status(store, asker, access_of(spec, ns)));
  }
  if (kind == "SubjectAccessReview" || kind == "LocalSubjectAccessReview") {
    return answer.with("status", access_status(store, named_subject(spec), access_of(spec, ns)));
  }
  if (kind == "SelfSubjectRulesReview") {
    return answer.with("status", rules_status(store, asker, spec["namespace"].as_string()));
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
