#include "sim/api/admission/policy_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "sim/api/admission/policy_expressions.h"
#include "sim/api/cel/schema_type.h"
#include "sim/api/types/types.h"

namespace inferlab::sim {
namespace {

using Kinds = std::vector<const Kind*>;
using CelType = cel::Type;
constexpr std::size_t kMostKinds = 10;

// Turns the tables of schemas into types. What a type holds of itself is an object of which nothing
// is known.
class TypeReader {
 public:
  CelType object(const Type& type, const std::string& name) {
    if (std::find(above_.begin(), above_.end(), &type) != above_.end()) {
      return CelType::object(name);
    }
    above_.push_back(&type);
    std::vector<CelType::Field> fields;
    for (const Field& field : type.fields) {
      const std::string escaped = cel::escaped_name(field.name);
      const std::optional<CelType> known = of_field(field, name + "." + escaped);
      if (known && !escaped.empty()) fields.push_back({escaped, std::string(field.name), *known});
    }
    above_.pop_back();
    return CelType::object(name, std::move(fields));
  }

 private:
  std::optional<CelType> of_field(const Field& field, const std::string& name) {
    if (field.type == FieldType::kList) {
      const auto item = of_simple(field.element, field.object, name + ".@idx");
      return item ? std::optional(CelType::list(*item)) : std::nullopt;
    }
    if (field.type == FieldType::kMap) {
      const auto item = of_simple(field.element, field.object, name + ".@elem");
      if (!item) return std::nullopt;
      return CelType::map(CelType(CelType::Kind::kString), *item);
    }
    return of_simple(field.type, field.object, name);
  }

  std::optional<CelType> of_simple(FieldType type, const Type* inner, const std::string& name) {
    using Kind = CelType::Kind;
    switch (type) {
      case FieldType::kString:
        return CelType(Kind::kString);
      case FieldType::kBool:
        return CelType(Kind::kBool);
      case FieldType::kInt32:
      case FieldType::kInt64:
        return CelType(Kind::kInt);
      case FieldType::kNumber:
        return CelType(Kind::kDouble);
      case FieldType::kIntOrString:
        return CelType();
      case FieldType::kTime:
      case FieldType::kMicroTime:
        return CelType(Kind::kTimestamp);
      case FieldType::kBytes:
        return CelType(Kind::kBytes);
      case FieldType::kObject:
        return object(*inner, name);
      case FieldType::kRaw:
        return CelType::object(name);
      case FieldType::kQuantity:  // one of two types in OpenAPI, which is none to the checker
      case FieldType::kList:
      case FieldType::kMap:
        return std::nullopt;
    }
    return std::nullopt;
  }

  std::vector<const Type*> above_;
};

// The names of a rule in order; empty when one of them stands for many.
std::vector<std::string> plain_names(const Value& list, bool resources) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) {
    const std::string text = item.str();
    const bool many = text.find('*') != std::string::npos;
    if (many && !resources) return {};
    if (!many && (!resources || text.find('/') == std::string::npos)) out.push_back(text);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Kinds kinds_of_rules(const KindTable& table, const Value& rules) {
  Kinds out;
  for (const Value& rule : rules.items()) {
    for (const std::string& group : plain_names(rule["apiGroups"], false)) {
      for (const std::string& version : plain_names(rule["apiVersions"], false)) {
        for (const std::string& resource : plain_names(rule["resources"], true)) {
          const Kind* kind = table.by_path(group, version, resource);
          if (kind == nullptr || std::find(out.begin(), out.end(), kind) != out.end()) continue;
          out.push_back(kind);
          if (out.size() == kMostKinds) return out;
        }
      }
    }
  }
  return out;
}

std::string gvk_text(const Kind& kind) {
  return fmt::format("{}{}, Kind={}", kind.group.empty() ? "/" : "", kind.api_version(), kind.kind);
}

// What is said of one expression; empty: nothing.
std::string remarks_on(const Value& text, const Kinds& kinds,
                       const std::vector<PolicyScope>& scopes) {
  std::string out;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const PolicyExpression expression =
        compile_policy_expression(text.as_string(), scopes[i], PolicyResult::kAny, /*stored=*/true);
    constexpr std::string_view kPrefix = "compilation failed: ";
    if (!expression.error.starts_with(kPrefix)) continue;
    out += fmt::format("{}{}: {}\n", out.empty() ? "" : "\n", gvk_text(*kinds[i]),
                       expression.error.substr(kPrefix.size()));
  }
  return out;
}

}  // namespace

cel::Type object_type(const Kind& kind) {
  const std::string name(kind.kind);
  TypeReader reader;
  if (!kind.custom) return reader.object(*kind.schema, name);
  std::vector<CelType::Field> fields;
  if (const auto known = cel::schema_type(kind.openapi, name, /*resource_root=*/true)) {
    for (const CelType::Field& field : known->fields()) {
      if (field.name != "metadata") fields.push_back(field);
    }
  }
  fields.push_back({"metadata", "metadata", reader.object(types::kObjectMeta, name + ".metadata")});
  return CelType::object(name, std::move(fields));
}

std::vector<ExpressionWarning> check_policy_types(const KindTable& table, const Value& spec) {
  Kinds kinds = kinds_of_rules(table, spec["matchConstraints"]["resourceRules"]);
  std::sort(kinds.begin(), kinds.end(), [](const Kind* a, const Kind* b) {
    return std::tie(a->group, a->version, a->kind) < std::tie(b->group, b->version, b->kind);
  });
  std::optional<CelType> params;
  if (const Value& param = spec["paramKind"]; !param.is_null()) {
    const Kind* kind = table.by_gvk(param["apiVersion"].as_string(), param["kind"].as_string());
    if (kind != nullptr) params = object_type(*kind);
  }
  std::vector<PolicyScope> scopes;
  for (const Kind* kind : kinds) {
    PolicyScope scope;
    scope.request_resource = false;  // so the real one
    scope.object = object_type(*kind);
    scope.params = params.has_value();
    if (params) scope.params_type = *params;
    for (const Value& variable : spec["variables"].items()) {
      const PolicyExpression expression = compile_policy_expression(
          variable["expression"].as_string(), scope, PolicyResult::kAny, /*stored=*/true);
      add_variable(scope, variable["name"].as_string(), expression);
    }
    scopes.push_back(std::move(scope));
  }
  std::vector<ExpressionWarning> out;
  std::size_t index = 0;
  for (const Value& validation : spec["validations"].items()) {
    const std::string path = fmt::format("spec.validations[{}]", index++);
    for (const char* field : {"expression", "messageExpression"}) {
      if (validation[field].empty()) continue;
      std::string text = remarks_on(validation[field], kinds, scopes);
      if (!text.empty()) out.push_back({path + "." + field, std::move(text)});
    }
  }
  return out;
}

}  // namespace inferlab::sim
