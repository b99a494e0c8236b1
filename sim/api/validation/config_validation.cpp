#include "sim/api/validation/config_validation.h"

#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

void check_keys(const Value& map, const FieldPath& path, FieldErrors& errors) {
  for (const Value::Member& member : map.members()) {
    for (const std::string& why : check_config_map_key(member.key)) {
      errors.push_back(invalid_value(path.key(member.key), Value(member.key), why));
    }
  }
}

std::size_t decoded_size(const Value& text) {
  const auto bytes = from_base64(text.as_string());
  return bytes ? bytes->size() : 0;
}

void check_immutable(const Value& object, const Value& old,
                     std::initializer_list<std::string_view> fields, FieldErrors& errors) {
  if (!old["immutable"].as_bool()) return;
  if (!object["immutable"].as_bool()) {
    errors.push_back(forbidden_field("immutable", "field is immutable when `immutable` is set"));
  }
  for (const std::string_view field : fields) {
    if (object[field] != old[field]) {
      errors.push_back(forbidden_field(field, "field is immutable when `immutable` is set"));
    }
  }
}

// A file of credentials must be a JSON object; what stands in it is not told.
void check_credentials(const Value& data, std::string_view key, FieldErrors& errors) {
  const FieldPath root("data");
  const FieldPath path = root.key(key);
  const Value* text = data.find(key);
  if (text == nullptr) {
    errors.push_back(required(path));
    return;
  }
  const auto parsed = parse_json(from_base64(text->as_string()).value_or(std::string()));
  std::string why;
  if (!parsed) {
    why = json_error_text(parsed.error());
  } else if (!parsed->is_object() && !parsed->is_null()) {
    const std::string_view is = parsed->is_array()    ? "array"
                                : parsed->is_string() ? "string"
                                : parsed->is_bool()   ? "bool"
                                                      : "number";
    why = "json: cannot unmarshal " + std::string(is) +
          " into Go value of type map[string]interface {}";
  }
  if (!why.empty()) errors.push_back(invalid_value(path, Value("<secret contents redacted>"), why));
}

}  // namespace

void validate_config_map(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(object, old, {"data", "binaryData"}, errors);
  const Value& data = object["data"];
  const Value& binary = object["binaryData"];
  std::size_t total = 0;
  check_keys(data, "data", errors);
  for (const Value::Member& member : data.members()) {
    if (binary.has(member.key)) {
      errors.push_back(invalid_value(FieldPath("data").key(member.key), Value(member.key),
                                     "duplicate of key present in binaryData"));
    }
    total += member.value.size();
  }
  check_keys(binary, "binaryData", errors);
  for (const Value::Member& member : binary.members()) total += decoded_size(member.value);
  if (total > kMaxBytes) errors.push_back(too_long_field("", kMaxBytes));
}

void validate_secret(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null()) validate_immutable("type", object["type"], old["type"], errors);
  check_immutable(object, old, {"data"}, errors);
  const Value& data = object["data"];
  std::size_t total = 0;
  check_keys(data, "data", errors);
  for (const Value::Member& member : data.members()) total += decoded_size(member.value);
  if (total > kMaxBytes) errors.push_back(too_long_field("data", kMaxBytes));
  const auto wants = [&](std::string_view key) {
    if (!data.has(key)) errors.push_back(required(FieldPath("data").key(key)));
  };
  const std::string_view type = object["type"].as_string();
  if (type == "kubernetes.io/service-account-token" &&
      object["metadata"]["annotations"]["kubernetes.io/service-account.name"].empty()) {
    const FieldPath metadata("metadata");
    const FieldPath annotations = metadata / "annotations";
    errors.push_back(required(annotations.key("kubernetes.io/service-account.name")));
  }
  if (type == "kubernetes.io/dockercfg") check_credentials(data, ".dockercfg", errors);
  if (type == "kubernetes.io/dockerconfigjson")
    check_credentials(data, ".dockerconfigjson", errors);
  if (type == "kubernetes.io/ssh-auth" && data["ssh-privatekey"].empty())
    errors.push_back(required(FieldPath("data").key("ssh-privatekey")));
  if (type == "kubernetes.io/tls") {
    wants("tls.crt");
    wants("tls.key");
  }
  if (type == "kubernetes.io/basic-auth" && !data.has("username") && !data.has("password")) {
    wants("username");
    wants("password");
  }
}

}  // namespace inferlab::sim
