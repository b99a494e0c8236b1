#include "sim/api/validation/custom_resource_validation.h"

#include "sim/api/custom/rule_checks.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

void validate_names(const Value& names, const FieldPath& path, FieldErrors& errors) {
  const auto label = [&](const char* field) {
    const Value& name = names[field];
    if (!name.empty())
      add_name_errors(path / field, name, check_dns1035_label(name.as_string()), errors);
  };
  label("plural");
  label("singular");
  for (const char* field : {"kind", "listKind"}) {
    const Value& name = names[field];
    if (name.empty()) continue;
    const std::string lowered = lower(name.str());
    for (const std::string& why : check_dns1035_label(lowered)) {
      errors.push_back(invalid_value(path / field, name,
                                     "may have mixed case, but should otherwise match: " + why));
    }
  }
  for (const char* list : {"shortNames", "categories"}) {
    const FieldPath list_path = path / list;
    std::size_t index = 0;
    for (const Value& name : names[list].items()) {
      add_name_errors(list_path.index(index++), name, check_dns1035_label(name.as_string()),
                      errors);
    }
  }
  if (!names["kind"].empty() && names["kind"] == names["listKind"]) {
    errors.push_back(invalid_value(path / "listKind", names["listKind"],
                                   "kind and listKind may not be the same"));
  }
  for (const char* field : {"plural", "singular", "kind", "listKind"}) {
    if (names[field].empty()) errors.push_back(required(path / field));
  }
}

void validate_versions(const Value& versions, const FieldPath& path, FieldErrors& errors) {
  Names names;
  bool unique = true;
  int stored = 0;
  std::size_t index = 0;
  for (const Value& version : versions.items()) {
    const FieldPath at = path.index(index++);
    add_name_errors(at / "name", Value(version["name"].as_string()),
                    check_dns1035_label(version["name"].as_string()), errors);
    unique = names.insert(version["name"].str()).second && unique;
    if (version["storage"].as_bool()) ++stored;
    const FieldPath schema = at / "schema";
    const Value& root = version["schema"]["openAPIV3Schema"];
    if (root.is_null()) {
      errors.push_back(required(schema / "openAPIV3Schema", "schemas are required"));
    } else if (root["type"].as_string() != "object") {
      const FieldPath root_path = schema / "openAPIV3Schema";
      if (root["type"].empty()) {
        errors.push_back(required(root_path / "type", "must not be empty at the root"));
      } else {
        errors.push_back(
            invalid_value(root_path / "type", root["type"], "must be object at the root"));
      }
    }
    const FieldPath columns = at / "additionalPrinterColumns";
    std::size_t i = 0;
    for (const Value& column : version["additionalPrinterColumns"].items()) {
      const FieldPath column_path = columns.index(i++);
      if (column["name"].empty()) errors.push_back(required(column_path / "name"));
      validate_one_of(column_path / "type", column["type"],
                      {"boolean", "date", "integer", "number", "string"}, errors);
      if (column["jsonPath"].empty()) errors.push_back(required(column_path / "jsonPath"));
    }
  }
  if (!unique) errors.push_back(invalid_value(path, versions, "must contain unique version names"));
  if (stored != 1) {
    errors.push_back(
        invalid_value(path, versions, "must have exactly one version marked as storage version"));
  }
}

}  // namespace

void validate_custom_resource_definition(const Value& object, const Value& old,
                                         FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  const Value& group = spec["group"];
  const Value& plural = spec["names"]["plural"];
  const FieldPath metadata("metadata");
  if (old.is_null() && object["metadata"]["name"].str() != plural.str() + "." + group.str()) {
    errors.push_back(invalid_value(metadata / "name", object["metadata"]["name"],
                                   "must be spec.names.plural+\".\"+spec.group"));
  }
  if (group.empty()) {
    errors.push_back(required(path / "group"));
  } else {
    add_name_errors(path / "group", group, check_dns1123_subdomain(group.as_string()), errors);
    if (group.as_string().find('.') == std::string_view::npos) {
      errors.push_back(
          invalid_value(path / "group", group, "should be a domain with at least one dot"));
    }
  }
  validate_one_of(path / "scope", spec["scope"], {"Cluster", "Namespaced"}, errors);
  validate_versions(spec["versions"], path / "versions", errors);
  validate_names(spec["names"], path / "names", errors);
  check_custom_rules(spec, old["spec"], errors);
  if (old.is_null()) return;
  const Value& before = old["spec"];
  const FieldPath names = path / "names";
  validate_immutable(path / "group", group, before["group"], errors);
  validate_immutable(path / "scope", spec["scope"], before["scope"], errors);
  validate_immutable(names / "kind", spec["names"]["kind"], before["names"]["kind"], errors);
  validate_immutable(names / "plural", plural, before["names"]["plural"], errors);
}

}  // namespace inferlab::sim
