#include "sim/api/validation/config_validation.h"

#include "sim/api/base64.h"
#include "sim/api/validation/errors.h"
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

}  // namespace

void validate_config_map(const Value& object, const Value& old, FieldErrors& errors) {
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
  check_immutable(object, old, {"data", "binaryData"}, errors);
}

void validate_secret(const Value& object, const Value& old, FieldErrors& errors) {
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
  if (type == "kubernetes.io/dockerconfigjson") wants(".dockerconfigjson");
  if (type == "kubernetes.io/ssh-auth") wants("ssh-privatekey");
  if (type == "kubernetes.io/tls") {
    wants("tls.crt");
    wants("tls.key");
  }
  if (type == "kubernetes.io/basic-auth" && !data.has("username") && !data.has("password")) {
    wants("username");
    wants("password");
  }
  if (!old.is_null() && object["type"] != old["type"]) {
    errors.push_back(invalid_value("type", object["type"], "field is immutable"));
  }
  check_immutable(object, old, {"data"}, errors);
}

}  // namespace inferlab::sim
