#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "sim/apiserver/openapi_schemas.h"
#include "sim/apiserver/resource_path.h"

namespace inferlab::sim {
namespace {

class PathWriter {
 public:
  PathWriter(const Kind& kind, OpenApiVersion version) : kind_(kind), version_(version) {}

  void write(Value::Object& paths) const {
    const std::string root = group_version_path(kind_);
    const std::string scope = kind_.namespaced ? root + "/namespaces/{namespace}" : root;
    const std::string all = fmt::format("{}/{}", scope, kind_.plural);
    if (kind_.namespaced) {
      paths.push_back({fmt::format("{}/{}", root, kind_.plural), item({{"get", "list"}})});
    }
    paths.push_back(
        {all, item({{"get", "list"}, {"post", "post"}, {"delete", "deletecollection"}})});
    paths.push_back(
        {all + "/{name}",
         item({{"get", "get"}, {"put", "put"}, {"patch", "patch"}, {"delete", "delete"}})});
    if (std::ranges::find(kind_.subresources, "status") != kind_.subresources.end()) {
      paths.push_back(
          {all + "/{name}/status", item({{"get", "get"}, {"put", "put"}, {"patch", "patch"}})});
    }
  }

 private:
  struct Method {
    const char* name;
    const char* action;
  };

  [[nodiscard]] bool v3() const { return version_ == OpenApiVersion::kV3; }

  [[nodiscard]] Value parameter(const char* name, const char* type) const {
    const Value base = Value::object({{"name", name}, {"in", "query"}});
    if (v3()) {
      return base.with("schema", Value::object({{"type", type}, {"uniqueItems", true}}));
    }
    return base.with("type", type).with("uniqueItems", true);
  }

  [[nodiscard]] Value schema_reference() const {
    return Value::object(
        {{"$ref", fmt::format("#/{}/{}", v3() ? "components/schemas" : "definitions",
                              kind_.schema->name)}});
  }

  [[nodiscard]] Value operation(const Method& method) const {
    const std::string_view action = method.action;
    const bool writes = action == "post" || action == "put" || action == "patch";
    Value ok = Value::object({{"description", "OK"}});
    if (kind_.schema != nullptr && action != "list" && action != "deletecollection") {
      ok = v3() ? ok.with_path({"content", "application/json", "schema"}, schema_reference())
                : ok.with("schema", schema_reference());
    }
    Value result = Value::object(
        {{"description", fmt::format("{} {}", action, kind_.kind)},
         {"operationId", fmt::format("{}{}{}{}", action, kind_.group, kind_.version, kind_.kind)},
         {"responses", Value::object({{"200", ok}})},
         {"x-kubernetes-action", method.action},
         {"x-kubernetes-group-version-kind",
          Value::object(
              {{"group", kind_.group}, {"version", kind_.version}, {"kind", kind_.kind}})}});
    if (writes || action == "delete") {
      Value::Array parameters;
      parameters.reserve(4);
      parameters.push_back(parameter("dryRun", "string"));
      if (writes) {
        parameters.push_back(parameter("fieldManager", "string"));
        parameters.push_back(parameter("fieldValidation", "string"));
      }
      if (action == "patch") parameters.push_back(parameter("force", "boolean"));
      result = result.with("parameters", Value::array(std::move(parameters)));
    }
    if (writes && v3()) {
      Value content = Value::object();
      for (const char* type : action == "patch" ? kPatchTypes : kBodyTypes) {
        // kubectl sends strategic patches to whatever takes them by this list.
        if (type == nullptr || (kind_.custom && type == kStrategic)) continue;
        content = content.with(
            type, Value::object({{"schema", action == "patch" || kind_.schema == nullptr
                                                ? Value::object({{"type", "object"}})
                                                : schema_reference()}}));
      }
      result =
          result.with("requestBody", Value::object({{"content", content}, {"required", true}}));
    }
    return result;
  }

  [[nodiscard]] Value item(std::initializer_list<Method> methods) const {
    Value result = Value::object();
    for (const Method& method : methods) result = result.with(method.name, operation(method));
    return result;
  }

  static constexpr const char* kStrategic = "application/strategic-merge-patch+json";
  static constexpr const char* kPatchTypes[] = {"application/apply-patch+yaml",
                                                "application/json-patch+json",
                                                "application/merge-patch+json", kStrategic};
  static constexpr const char* kBodyTypes[] = {"application/json", "application/yaml", nullptr,
                                               nullptr};

  const Kind& kind_;
  const OpenApiVersion version_;
};

}  // namespace

Value openapi_paths(std::span<const Kind* const> kinds, OpenApiVersion version) {
  Value::Object paths;
  for (const Kind* kind : kinds) PathWriter(*kind, version).write(paths);
  return Value::object(std::move(paths));
}

}  // namespace inferlab::sim
