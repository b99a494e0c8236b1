// ValidatingAdmissionPolicy: expressions in CEL that writes must satisfy, where a binding says so.
// Source: Kubernetes documentation, "Validating Admission Policy"; k8s.io/apiserver 1.32,
// pkg/admission/plugin/policy/validating.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "sim/api/access/rbac.h"
#include "sim/api/admission/policy_evaluation.h"
#include "sim/api/admission/policy_match.h"
#include "sim/api/admission/policy_params.h"
#include "sim/api/admission/policy_registry.h"
#include "sim/api/admission/rules.h"
#include "sim/api/cel/authorizer.h"
#include "sim/api/json.h"
#include "sim/api/status.h"

namespace inferlab::sim::admission {
namespace {

// What a policy says no to.
struct Denial {
  std::string message;
  std::string reason;
};

// The configuration of admission is not subject to it: nobody could mend a policy that refuses all.
bool is_exempt(const Kind& kind) {
  return kind.group == "admissionregistration.k8s.io";
}

int code_of(std::string_view reason) {
  if (reason == "Forbidden") return 403;
  if (reason == "Unauthorized") return 401;
  if (reason == "RequestEntityTooLarge") return 413;
  return 422;
}

ApiResponse refusal(const PolicyRequest& request, const Denial& denial) {
  const std::string reason = denial.reason.empty() ? "Invalid" : denial.reason;
  const std::string& name = request.name;
  const ApiResponse plain =
      forbidden(request.call.resource(), name.empty() ? "Unknown" : name, denial.message);
  const Value causes = Value::array({Value::object({{"message", Value(denial.message)}})});
  return status_failure(code_of(reason), reason, plain.body["message"].str(),
                        plain.body["details"].with("causes", causes));
}

Value gvk_of(std::string_view group, std::string_view version, std::string_view kind) {
  return Value::object({{"group", group}, {"version", version}, {"kind", kind}});
}

// The kind of what is written: of a part it is that of its own.
Value kind_value(const PolicyRequest& request, const Kind& kind) {
  const std::string_view part = request.subresource;
  if (part == "scale") return gvk_of("autoscaling", "v1", "Scale");
  if (part == "binding") return gvk_of("", "v1", "Binding");
  if (part == "eviction") return gvk_of("policy", "v1", "Eviction");
  return gvk_of(kind.group, kind.version, kind.kind);
}

Value resource_value(const Kind& kind) {
  return Value::object(
      {{"group", kind.group}, {"version", kind.version}, {"resource", kind.plural}});
}

// The options of the request as the API server would have read them from its query.
Value options_of(const PolicyRequest& request) {
  const ApiRequest& asked = request.call.request;
  const bool patch = asked.verb == Verb::kPatch;
  const char* kind = request.operation == "DELETE"   ? "DeleteOptions"
                     : patch                         ? "PatchOptions"
                     : request.operation == "CREATE" ? "CreateOptions"
                                                     : "UpdateOptions";
  Value out = Value::object({{"apiVersion", "meta.k8s.io/v1"}, {"kind", kind}});
  if (asked.dry_run) out = out.with("dryRun", Value::array({"All"}));
  if (request.operation == "DELETE") {
    if (asked.grace_period_seconds)
      out = out.with("gracePeriodSeconds", *asked.grace_period_seconds);
    return out;
  }
  if (!asked.field_manager.empty()) out = out.with("fieldManager", asked.field_manager);
  if (patch && asked.force) out = out.with("force", true);
  if (asked.field_validation != FieldValidation::kIgnore) {
    out = out.with("fieldValidation",
                   asked.field_validation == FieldValidation::kStrict ? "Strict" : "Warn");
  }
  return out;
}

Value request_value(const PolicyRequest& request, const Kind& matched, const Subject& who) {
  Value user =
      Value::object({{"username", Value(who.user)}, {"groups", Value::strings(who.groups)}});
  Value out = Value::object({{"kind", kind_value(request, matched)},
                             {"resource", resource_value(matched)},
                             {"requestKind", kind_value(request, request.asked())},
                             {"requestResource", resource_value(request.asked())},
                             {"operation", Value(request.operation)},
                             {"userInfo", std::move(user)},
                             {"dryRun", request.call.request.dry_run},
                             {"options", options_of(request)}});
  // Go leaves out what is empty.
  const auto add = [&out](const char* field, std::string_view text) {
    if (!text.empty()) out = out.with(field, Value(text));
  };
  add("name", request.name);
  add("namespace", request.ns);
  add("subResource", request.subresource);
  add("requestSubResource", request.subresource);
  return out;
}

// An object in the version in which the policy wants to see it; a part has only one.
Value versioned(const PolicyRequest& request, const Kind& matched, const Value& object) {
  if (object.is_null() || !request.subresource.empty()) return object;
  return shown_in(matched, object);
}

class Dispatcher {
 public:
  explicit Dispatcher(const PolicyRequest& request)
      : request_(request),
        who_{request.call.request.user,
             groups_of(request.call.request.user, request.call.request.groups)} {}

  std::optional<ApiResponse> run() {
    for (const AdmissionPolicies::Bound& policy : request_.call.api.policies().bound()) ask(policy);
    for (const auto& [key, value] : annotations_) request_.call.audit.emplace_back(key, value);
    if (!denial_) return std::nullopt;
    return refusal(request_, *denial_);
  }

 private:
  // The first one is told.
  void deny(const std::string& policy, const std::string& binding, const std::string& message,
            std::string reason = {}) {
    if (denial_) return;
    const std::string by = binding.empty() ? "" : fmt::format(" with binding '{}'", binding);
    denial_ = Denial{
        fmt::format("ValidatingAdmissionPolicy '{}'{} denied request: {}", policy, by, message),
        std::move(reason)};
  }

  void ask(const AdmissionPolicies::Bound& policy) {
    const Kind* matched = matched_kind(policy.spec["matchConstraints"], request_);
    if (matched == nullptr) return;
    const auto param_kind = param_kind_of(request_.call.api, policy.spec);
    if (!param_kind) {
      if (!policy.programs->ignores_errors) {
        deny(policy.name, "", "failed to configure policy: " + param_kind.error().message);
      }
      return;
    }
    for (const AdmissionPolicies::Binding& binding : policy.bindings)
      ask(policy, binding, *matched, *param_kind);
  }

  void ask(const AdmissionPolicies::Bound& policy, const AdmissionPolicies::Binding& binding,
           const Kind& matched, const Kind* param_kind) {
    if (matched_kind(binding.spec["matchResources"], request_) == nullptr) return;
    const auto params =
        collect_params(request_.call.api, param_kind, binding.spec["paramRef"], request_.ns);
    if (!params) {
      if (!policy.programs->ignores_errors) {
        deny(policy.name, binding.name, "failed to configure binding: " + params.error().message);
      }
      return;
    }
    for (const Value& param : *params) {
      const PolicyVerdict verdict = evaluate_policy(*policy.programs, input(matched, param));
      for (const PolicyBreach& breach : verdict.breaches) act(policy, binding, breach);
      for (const auto& [key, value] : verdict.annotations) annotate(policy.name + "/" + key, value);
      for (const std::string& error : verdict.annotation_errors)
        deny(policy.name, binding.name, error);
    }
  }

  PolicyInput input(const Kind& matched, const Value& param) const {
    PolicyInput out;
    out.object = versioned(request_, matched, request_.object);
    out.old = versioned(request_, matched, request_.old);
    out.params = param;
    out.request = request_value(request_, matched, who_);
    const bool is_namespace = request_.call.kind.plural == "namespaces";
    if (!request_.ns.empty() && !is_namespace) {
      const ObjectPtr ns = request_.call.store().get({"namespaces", "", request_.ns});
      if (ns != nullptr) out.ns = ns->document;
    }
    const Store& store = request_.call.store();
    const cel::Authorizer decide = [&store](const Subject& who, const AccessRequest& what) {
      return authorize(store, who, what);
    };
    out.authorizer = cel::authorizer_val(decide, who_);
    AccessRequest resource;
    resource.group = request_.asked().group;
    resource.resource = request_.asked().plural;
    resource.subresource = request_.subresource;
    resource.ns = request_.ns;
    resource.name = request_.name;
    out.request_resource = cel::resource_check_val(decide, who_, std::move(resource));
    return out;
  }

  void act(const AdmissionPolicies::Bound& policy, const AdmissionPolicies::Binding& binding,
           const PolicyBreach& breach) {
    for (const Value& action : binding.spec["validationActions"].items()) {
      const std::string_view what = action.as_string();
      if (what == "Deny") deny(policy.name, binding.name, breach.message, breach.reason);
      if (what == "Warn") {
        request_.call.warnings.push_back(fmt::format(
            "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
            policy.name, binding.name, breach.message));
      }
      if (what == "Audit") {
        const Value failure =
            Value::object({{"message", Value(breach.message)},
                           {"policy", binding.spec["policyName"]},
                           {"binding", Value(binding.name)},
                           {"expressionIndex", static_cast<std::int64_t>(breach.index)},
                           {"validationActions", binding.spec["validationActions"]}});
        // The first one stays.
        annotations_.emplace("validation.policy.admission.k8s.io/validation_failure",
                             to_json(Value::array({failure})));
      }
    }
  }

  // Of several values each is told once.
  void annotate(const std::string& key, const std::string& value) {
    std::string& all = annotations_[key];
    if (all == value || all.ends_with(", " + value)) return;
    all += (all.empty() ? "" : ", ") + value;
  }

  const PolicyRequest& request_;
  const Subject who_;
  std::optional<Denial> denial_;
  std::map<std::string, std::string> annotations_;
};

std::optional<ApiResponse> dispatch(Call& call, const PartWrite& write, std::string name) {
  PolicyRequest request{.call = call,
                        .operation = write.operation,
                        .subresource = write.subresource,
                        .name = std::move(name),
                        .ns = call.kind.namespaced ? call.request.ns : std::string(),
                        .object = write.object,
                        .old = write.old};
  const bool is_namespace = call.kind.group.empty() && call.kind.plural == "namespaces";
  if (is_namespace) request.ns = request.name;
  return Dispatcher(request).run();
}

}  // namespace

std::optional<ApiResponse> check_policies_of_part(Call& call, const PartWrite& write) {
  if (is_exempt(call.kind) || call.api.policies().bound().empty()) return std::nullopt;
  // The name of the URL: the deletion of a collection has none.
  return dispatch(call, write, call.request.name);
}

std::optional<ApiResponse> check_policies(Admission& admission) {
  Call& call = admission.call;
  if (!call.led_by.empty() || is_exempt(call.kind) || call.api.policies().bound().empty()) {
    return std::nullopt;
  }
  const PartWrite write{.operation = admission.creates() ? "CREATE" : "UPDATE",
                        .subresource = {},
                        .object = admission.object,
                        .old = admission.old};
  return dispatch(call, write, admission.object["metadata"]["name"].str());
}

}  // namespace inferlab::sim::admission
