#include "sim/api/custom/custom_kind.h"

#include <deque>
#include <string>
#include <utility>

#include "sim/api/conditions.h"
#include "sim/api/custom/custom_document.h"
#include "sim/api/custom/custom_types.h"
#include "sim/api/custom/json_schema.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/custom/rule_tree.h"
#include "sim/api/custom/schema_validation.h"
#include "sim/api/json.h"
#include "sim/api/kinds/age.h"

namespace inferlab::sim {
namespace {

// What the Kinds of one definition point to.
struct Parts {
  CustomTypes types;
  std::deque<std::vector<PrintColumn>> columns;
  std::deque<Kind> kinds;
};

// "sh.keda.v1alpha1.ScaledObject" of group "keda.sh".
std::string openapi_name(std::string_view group, std::string_view version, std::string_view kind) {
  std::string out;
  while (!group.empty()) {
    const std::size_t dot = group.rfind('.');
    out += std::string(dot == std::string_view::npos ? group : group.substr(dot + 1)) + ".";
    group = dot == std::string_view::npos ? std::string_view() : group.substr(0, dot);
  }
  return out.append(version).append(".").append(kind);
}

// One column of kubectl's table.
struct Column {
  std::string type, path;
};

// As apiextensions' table convertor shows a value of each type; null is shown as nothing.
Value cell_of(const Column& column, const Value& object, Time now) {
  const std::vector<Value> found = find_by_path(object, column.path);
  if (found.empty() || found.front().is_null()) return {};
  const Value& value = found.front();
  if (column.type == "string") return value.is_string() ? value : Value(to_json(value));
  if (column.type == "integer") {
    return value.is_number() ? Value(static_cast<std::int64_t>(value.as_double())) : Value();
  }
  if (column.type == "number") return value.is_number() ? Value(value.as_double()) : Value();
  if (column.type == "boolean") return value.is_bool() ? value : Value();
  if (column.type != "date" || !value.is_string()) return {};
  if (!parse_rfc3339(value.as_string())) return Value("<invalid>");
  return Value(age_since(value.as_string(), now));
}

std::vector<std::string_view> kept_texts(Parts& parts, const Value& list) {
  std::vector<std::string_view> out;
  for (const Value& text : list.items()) out.push_back(parts.types.keep(text.str()));
  return out;
}

void set_columns(Parts& parts, Kind& kind, const Value& version) {
  std::vector<PrintColumn> columns = {{"Name", "string", "name", 0}};
  std::vector<Column> paths;
  for (const Value& column : version["additionalPrinterColumns"].items()) {
    columns.push_back(
        {parts.types.keep(column["name"].str()), parts.types.keep(column["type"].str()),
         parts.types.keep(column["format"].str()), static_cast<int>(column["priority"].as_int())});
    paths.push_back({column["type"].str(), column["jsonPath"].str()});
  }
  if (paths.empty()) {
    columns.push_back({"Age", "date", "", 0});
    paths.push_back({"date", ".metadata.creationTimestamp"});
  }
  kind.columns = parts.columns.emplace_back(std::move(columns));
  kind.cells = [paths](const Value& object, Time now) {
    std::vector<Value> cells = {object["metadata"]["name"]};
    for (const Column& column : paths) cells.push_back(cell_of(column, object, now));
    return cells;
  };
}

void set_selectable_fields(Kind& kind, const Value& version) {
  std::vector<std::string> paths;
  for (const Value& field : version["selectableFields"].items())
    paths.push_back(field["jsonPath"].str());
  if (paths.empty()) return;
  kind.selectable_fields = [paths](const Value& object) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const std::string& path : paths) {
      const std::vector<Value> found = find_by_path(object, path);
      std::string text;
      if (!found.empty())
        text = found.front().is_string() ? found.front().str() : to_json(found.front());
      out.emplace_back(path.substr(path.starts_with('.') ? 1 : 0), text);
    }
    return out;
  };
}

// As a client reads it in OpenAPI: the schema that was given, and what every object has.
Value openapi_of(const Value& schema) {
  static const Value kHead = Value::object({{"apiVersion", Value::object({{"type", "string"}})},
                                            {"kind", Value::object({{"type", "string"}})}});
  Value properties = schema["properties"];
  for (const Value::Member& member : kHead.members())
    properties = properties.with(member.key, member.value);
  return schema.with("type", "object").with("properties", properties.without("metadata"));
}

const Kind& make_kind(Parts& parts, const Value& definition, const Value& version) {
  const Value& spec = definition["spec"];
  const Value& names = spec["names"];
  const auto keep = [&parts](const Value& text) { return parts.types.keep(text.str()); };
  Kind& kind = parts.kinds.emplace_back();
  kind.group = keep(spec["group"]);
  kind.version = keep(version["name"]);
  kind.kind = keep(names["kind"]);
  kind.plural = keep(names["plural"]);
  kind.singular = keep(names["singular"]);
  kind.list_kind = keep(names["listKind"]);
  kind.short_names = kept_texts(parts, names["shortNames"]);
  kind.categories = kept_texts(parts, names["categories"]);
  kind.namespaced = spec["scope"].as_string() == "Namespaced";
  kind.verbs = {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  kind.custom = true;
  const Value& subresources = version["subresources"];
  if (subresources.has("status")) kind.subresources.push_back("status");
  if (subresources.has("scale")) {
    const Value& scale = subresources["scale"];
    kind.subresources.push_back("scale");
    kind.scale_paths = {keep(scale["specReplicasPath"]), keep(scale["statusReplicasPath"]),
                        keep(scale["labelSelectorPath"])};
  }
  const Value& json = version["schema"]["openAPIV3Schema"];
  const JsonSchema::Ptr schema = read_json_schema(json);
  kind.schema = parts.types.object_type(*schema, openapi_name(kind.group, kind.version, kind.kind));
  kind.openapi = openapi_of(json);
  kind.decode = [schema](const Value& body, std::vector<std::string>* unknown, std::string* place) {
    return decode_custom(*schema, body, unknown, place);
  };
  kind.counts_generation = true;
  kind.returns_deleted = false;
  kind.validate = [schema, rules = RuleTree::compile(json)](const Value& object, const Value& old,
                                                            FieldErrors& errors) {
    validate_custom(*schema, object, old, errors);
    if (rules != nullptr) rules->validate(object, old, errors);
  };
  if (subresources.has("status")) {
    // What a client says of the status goes; what the schema says of a missing one then stands
    // there, as it does when the real server reads the object back.
    kind.prepare = [schema](Value object, const Value& old) {
      return old.is_null() ? with_custom_defaults(*schema, object.without("status")) : object;
    };
  }
  set_columns(parts, kind, version);
  set_selectable_fields(kind, version);
  return kind;
}

// As objects of `kind` look that are kept, or wanted, in another version.
std::function<Value(const Value&)> converter_to(const Kind& kind) {
  return [api_version = kind.api_version(), decode = kind.decode](const Value& object) {
    const Value renamed = object.with("apiVersion", Value(api_version));
    auto decoded = decode(renamed, nullptr, nullptr);
    return decoded ? std::move(decoded).value() : renamed;
  };
}

}  // namespace

CustomKinds make_custom_kinds(const Value& definition) {
  auto parts = std::make_shared<Parts>();
  CustomKinds out;
  const Value& versions = definition["spec"]["versions"];
  for (const Value& version : versions.items()) {
    if (!version["storage"].as_bool()) continue;
    out.storage = std::shared_ptr<const Kind>(parts, &make_kind(*parts, definition, version));
    if (version["served"].as_bool()) out.served.push_back(out.storage);
  }
  for (const Value& version : versions.items()) {
    if (version["storage"].as_bool() || !version["served"].as_bool()) continue;
    make_kind(*parts, definition, version);
    Kind& kind = parts->kinds.back();
    kind.stored_as = out.storage.get();
    kind.from_stored = converter_to(kind);
    kind.to_stored = converter_to(*out.storage);
    out.served.emplace_back(parts, &kind);
  }
  return out;
}

bool is_established(const Value& definition) {
  return find_condition(definition["status"]["conditions"], "Established")["status"].as_string() ==
         "True";
}

}  // namespace inferlab::sim
