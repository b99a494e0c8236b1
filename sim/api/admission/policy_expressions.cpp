// Source: Kubernetes documentation, "Validating Admission Policy"; k8s.io/apiserver 1.32,
// pkg/admission/plugin/cel.
#include "sim/api/admission/policy_expressions.h"

#include <fmt/format.h>

#include <utility>

#include "sim/api/cel/authorizer.h"

namespace inferlab::sim {
namespace {

using cel::Type;
using Kind = Type::Kind;

const Type kText(Kind::kString);

std::vector<Type::Field> texts(std::initializer_list<const char*> names) {
  std::vector<Type::Field> out;
  for (const char* name : names) out.push_back({name, name, kText});
  return out;
}

Type request_type() {
  const Type gvk = Type::object("kubernetes.GroupVersionKind", texts({"group", "version", "kind"}));
  const Type gvr =
      Type::object("kubernetes.GroupVersionResource", texts({"group", "version", "resource"}));
  std::vector<Type::Field> user = texts({"username", "uid"});
  user.push_back({"groups", "groups", Type::list(kText)});
  user.push_back({"extra", "extra", Type::map(kText, Type::list(kText))});
  std::vector<Type::Field> fields =
      texts({"subResource", "requestSubResource", "name", "namespace", "operation"});
  fields.push_back({"kind", "kind", gvk});
  fields.push_back({"resource", "resource", gvr});
  fields.push_back({"requestKind", "requestKind", gvk});
  fields.push_back({"requestResource", "requestResource", gvr});
  fields.push_back({"userInfo", "userInfo", Type::object("kubernetes.UserInfo", std::move(user))});
  fields.push_back({"dryRun", "dryRun", Type(Kind::kBool)});
  fields.push_back({"options", "options", Type()});
  return Type::object("kubernetes.AdmissionRequest", std::move(fields));
}

Type namespace_type() {
  const Type when(Kind::kTimestamp);
  const Type strings = Type::list(kText);
  const Type labels = Type::map(kText, kText);
  const Type number(Kind::kInt);
  std::vector<Type::Field> condition = texts({"status", "type", "message", "reason"});
  condition.push_back({"lastTransitionTime", "lastTransitionTime", when});
  std::vector<Type::Field> status = texts({"phase"});
  status.push_back(
      {"conditions", "conditions",
       Type::list(Type::object("kubernetes.NamespaceCondition", std::move(condition)))});
  std::vector<Type::Field> meta =
      texts({"name", "generateName", "namespace", "UID", "resourceVersion"});
  meta.push_back({"labels", "labels", labels});
  meta.push_back({"annotations", "annotations", labels});
  meta.push_back({"creationTimestamp", "creationTimestamp", when});
  meta.push_back({"deletionGracePeriodSeconds", "deletionGracePeriodSeconds", number});
  meta.push_back({"deletionTimestamp", "deletionTimestamp", when});
  meta.push_back({"generation", "generation", number});
  meta.push_back({"finalizers", "finalizers", strings});
  return Type::object(
      "kubernetes.Namespace",
      {{"metadata", "metadata", Type::object("kubernetes.NamespaceMetadata", std::move(meta))},
       {"spec", "spec",
        Type::object("kubernetes.NamespaceSpec", {{"finalizers", "finalizers", strings}})},
       {"status", "status", Type::object("kubernetes.NamespaceStatus", std::move(status))}});
}

// A type as cel-go's Type prints itself: other than in the messages of its checker.
std::string go_type(const Type& type) {
  switch (type.kind()) {
    case Kind::kList:
      return fmt::format("list({})", go_type(type.item()));
    case Kind::kMap:
      return fmt::format("map({}, {})", go_type(type.key()), go_type(type.item()));
    case Kind::kOptional:
      return fmt::format("optional_type({})", go_type(type.item()));
    case Kind::kType:
      return fmt::format("type({})", go_type(type.item()));
    default:
      return type.runtime_name();
  }
}

// What is wrong with an expression of type `found`; empty: nothing.
std::string wrong_result(const Type& found, PolicyResult wanted) {
  const Kind kind = found.kind();
  switch (wanted) {
    case PolicyResult::kAny:
      return {};
    case PolicyResult::kBool:
      if (kind == Kind::kBool) return {};
      return fmt::format("must evaluate to bool but got {}", go_type(found));
    case PolicyResult::kString:
      if (kind == Kind::kString) return {};
      return fmt::format("must evaluate to string but got {}", go_type(found));
    case PolicyResult::kStringOrNull:
      if (kind == Kind::kString || kind == Kind::kNull) return {};
      return fmt::format("must evaluate to one of [string null_type] but got {}", go_type(found));
  }
  return {};
}

Type composed_type(const Type& type) {
  switch (type.kind()) {
    case Kind::kList:
      return Type::list(composed_type(type.item()));
    case Kind::kMap:
      return Type::map(composed_type(type.key()), composed_type(type.item()));
    default:
      return type.kind() <= Kind::kDuration ? type : Type();
  }
}

std::vector<PolicyPrograms::Named> compile_named(const Value& list, const char* name,
                                                 const char* expression, const PolicyScope& scope,
                                                 PolicyResult wanted) {
  std::vector<PolicyPrograms::Named> out;
  for (const Value& item : list.items()) {
    out.push_back({item[name].str(), compile_policy_expression(item[expression].as_string(), scope,
                                                               wanted, /*stored=*/true)});
  }
  return out;
}

}  // namespace

cel::Environment policy_environment(const PolicyScope& scope, bool stored) {
  static const Type kRequest = request_type();
  static const Type kNamespace = namespace_type();
  cel::Environment out;
  out.two_variable_macros = stored;
  out.variables = {{"object", scope.object},
                   {"oldObject", scope.object},
                   {"namespaceObject", kNamespace},
                   {"request", kRequest}};
  if (scope.params) out.variables.emplace_back("params", scope.params_type);
  if (scope.authorizer) {
    out.variables.emplace_back("authorizer", cel::authorizer_type());
    if (scope.request_resource)
      out.variables.emplace_back("authorizer.requestResource", cel::resource_check_type());
  }
  if (scope.composed) {
    out.variables.emplace_back("variables", scope.variables);
  }
  return out;
}

PolicyExpression compile_policy_expression(std::string_view text, const PolicyScope& scope,
                                           PolicyResult wanted, bool stored) {
  PolicyExpression out{.text = std::string(text), .program = {}};
  auto program = cel::compile(text, policy_environment(scope, stored));
  if (!program) {
    out.error = program.error().message;
    return out;
  }
  out.error = wrong_result(program->result_type(), wanted);
  if (out.error.empty()) out.program = *std::move(program);
  return out;
}

void add_variable(PolicyScope& scope, std::string_view name, const PolicyExpression& expression) {
  if (scope.variables.is_dyn()) return;
  std::vector<Type::Field> fields = scope.variables.fields();
  if (fields.size() == kMostTypedVariables) {
    scope.variables = Type();
    return;
  }
  fields.push_back(
      {std::string(name), std::string(name),
       expression.program ? composed_type(expression.program->result_type()) : Type()});
  scope.variables = Type::object("kubernetes.variables", std::move(fields));
}

PolicyPrograms compile_policy(const Value& spec) {
  PolicyPrograms out;
  out.ignores_errors = spec["failurePolicy"].as_string() == "Ignore";
  PolicyScope scope;
  scope.params = spec.has("paramKind");
  for (const Value& variable : spec["variables"].items()) {
    PolicyExpression expression = compile_policy_expression(
        variable["expression"].as_string(), scope, PolicyResult::kAny, /*stored=*/true);
    add_variable(scope, variable["name"].as_string(), expression);
    out.variables.push_back({variable["name"].str(), std::move(expression)});
  }
  out.match_conditions =
      compile_named(spec["matchConditions"], "name", "expression", scope, PolicyResult::kBool);
  out.audit_annotations = compile_named(spec["auditAnnotations"], "key", "valueExpression", scope,
                                        PolicyResult::kStringOrNull);
  PolicyScope message_scope = scope;
  message_scope.authorizer = false;
  for (const Value& item : spec["validations"].items()) {
    PolicyPrograms::Validation validation{
        .expression = compile_policy_expression(item["expression"].as_string(), scope,
                                                PolicyResult::kBool, /*stored=*/true),
        .message_expression = {},
        .message = item["message"].str(),
        .reason = item["reason"].str()};
    if (const Value& message = item["messageExpression"]; !message.empty()) {
      validation.message_expression = compile_policy_expression(
          message.as_string(), message_scope, PolicyResult::kString, /*stored=*/true);
    }
    out.validations.push_back(std::move(validation));
  }
  return out;
}

}  // namespace inferlab::sim
