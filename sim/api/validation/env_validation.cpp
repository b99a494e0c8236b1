// Environment variables, and the facts about a Pod that they and files can show.
#include <algorithm>
#include <initializer_list>
#include <optional>

#include "sim/api/quantity.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// "metadata.labels['app']": the field, and what of it.
struct Subscripted {
  std::string_view field;
  std::string_view subscript;
};

// Source: Kubernetes 1.32, pkg/fieldpath, SplitMaybeSubscriptedPath.
std::optional<Subscripted> split_subscript(std::string_view path) {
  if (!path.ends_with("']")) return std::nullopt;
  path.remove_suffix(2);
  const std::size_t open = path.find("['");
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  return Subscripted{path.substr(0, open), path.substr(open + 2)};
}

using Words = std::initializer_list<std::string_view>;

bool holds(Words list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Why this is no field of a Pod that has a name; empty: it is one.
// Source: Kubernetes 1.32, pkg/apis/core/pods, ConvertDownwardAPIFieldLabel.
std::string fault_of_field(std::string_view version, std::string_view field) {
  const Words kFields = {
      "metadata.annotations", "metadata.labels", "metadata.name",      "metadata.namespace",
      "metadata.uid",         "spec.nodeName",   "spec.restartPolicy", "spec.serviceAccountName",
      "spec.schedulerName",   "status.phase",    "status.hostIP",      "status.hostIPs",
      "status.podIP",         "status.podIPs",   "spec.host"};
  if (version != "v1") return "unsupported pod version: " + std::string(version);
  if (const auto part = split_subscript(field)) {
    const bool map = part->field == "metadata.annotations" || part->field == "metadata.labels";
    return map ? std::string() : "field label does not support subscript: " + std::string(field);
  }
  return holds(kFields, field) ? std::string() : "field label not supported: " + std::string(field);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// By which amounts of a resource can be divided, and what the message calls it.
struct Divisors {
  std::string_view called;
  std::string_view amounts;
};

Divisors divisors_of(std::string_view resource) {
  constexpr std::string_view kSizes = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
  if (resource == "limits.cpu" || resource == "requests.cpu") return {"cpu", "1m and 1"};
  if (resource == "limits.memory" || resource == "requests.memory") return {"memory", kSizes};
  if (resource.ends_with(".ephemeral-storage")) return {"local ephemeral storage", kSizes};
  return {"hugepages", kSizes};
}

bool is_divisor(std::string_view amount, std::string_view among) {
  while (!among.empty()) {
    const std::size_t end = std::min(among.find_first_of(", "), among.size());
    if (among.substr(0, end) == amount) return true;
    among.remove_prefix(std::min(among.find_first_not_of(", ", end), among.size()));
  }
  return false;
}

// The name of a ConfigMap or Secret. A dash at the end is let through, as of a prefix.
void validate_source_name(const Value& ref, const FieldPath& path, FieldErrors& errors) {
  if (ref["name"].empty()) {
    errors.push_back(required(path / "name"));
    return;
  }
  std::string name = ref["name"].str();
  if (name.size() > 1 && name.back() == '-') name.replace(name.size() - 2, 2, "a");
  add_name_errors(path / "name", ref["name"], check_dns1123_subdomain(name), errors);
}

void validate_key_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) {
  const Value name(ref["name"].as_string());
  add_name_errors(path / "name", name, check_dns1123_subdomain(name.as_string()), errors);
  if (ref["key"].empty()) {
    errors.push_back(required(path / "key"));
  } else {
    add_name_errors(path / "key", ref["key"], check_config_map_key(ref["key"].as_string()), errors);
  }
}

void validate_value_from(const Value& variable, const Value& from, const FieldPath& path,
                         FieldErrors& errors) {
  std::size_t sources = 0;
  if (const Value* ref = from.find("fieldRef")) {
    ++sources;
    validate_field_ref(*ref, FactsIn::kEnv, path / "fieldRef", errors);
  }
  if (const Value* ref = from.find("resourceFieldRef")) {
    ++sources;
    validate_resource_ref(*ref, FactsIn::kEnv, path / "resourceFieldRef", errors);
  }
  for (const char* source : {"configMapKeyRef", "secretKeyRef"}) {
    const Value* ref = from.find(source);
    if (ref == nullptr) continue;
    ++sources;
    validate_key_ref(*ref, path / source, errors);
  }
  const auto fault = [&](std::string_view why) {
    errors.push_back(invalid_value(path, Value(""), why));
  };
  if (sources == 0) {
    fault(
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
  } else if (!variable["value"].empty()) {
    fault("may not be specified when `value` is not empty");
  } else if (sources > 1) {
    fault("may not have more than one field specified at a time");
  }
}

}  // namespace

void validate_field_ref(const Value& ref, FactsIn place, const FieldPath& path,
                        FieldErrors& errors) {
  const Value& version = ref["apiVersion"];
  if (version.empty()) {
    errors.push_back(required(path / "apiVersion"));
    return;
  }
  if (ref["fieldPath"].empty()) {
    errors.push_back(required(path / "fieldPath"));
    return;
  }
  std::string_view field = ref["fieldPath"].as_string();
  if (const std::string why = fault_of_field(version.as_string(), field); !why.empty()) {
    errors.push_back(
        invalid_value(path / "fieldPath", ref["fieldPath"], "error converting fieldPath: " + why));
    return;
  }
  if (const auto part = split_subscript(field)) {
    const bool annotation = part->field == "metadata.annotations";
    const Value key(annotation ? lower_case(part->subscript) : std::string(part->subscript));
    add_name_errors(path, key, check_qualified_name(key.as_string()), errors);
    return;
  }
  if (field == "spec.host") field = "spec.nodeName";  // as old clients call it
  const Words kInEnv = {"metadata.name",
                        "metadata.namespace",
                        "metadata.uid",
                        "spec.nodeName",
                        "spec.serviceAccountName",
                        "status.hostIP",
                        "status.hostIPs",
                        "status.podIP",
                        "status.podIPs"};
  const Words kInFiles = {"metadata.annotations", "metadata.labels", "metadata.name",
                          "metadata.namespace", "metadata.uid"};
  const Words known = place == FactsIn::kEnv ? kInEnv : kInFiles;
  if (!holds(known, field)) errors.push_back(unsupported(path / "fieldPath", Value(field), known));
}

void validate_resource_ref(const Value& ref, FactsIn place, const FieldPath& path,
                           FieldErrors& errors) {
  const Words kResources = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                            "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  const Value& resource = ref["resource"];
  const std::string_view name = resource.as_string();
  const bool huge_pages =
      name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-");
  const bool known = huge_pages || holds(kResources, name);
  if (place == FactsIn::kFile && ref["containerName"].empty()) {
    errors.push_back(required(path / "containerName"));
  } else if (name.empty()) {
    errors.push_back(required(path / "resource"));
  } else if (!known) {
    errors.push_back(unsupported(path / "resource", resource, kResources));
  }
  const Quantity amount = Quantity::parse(ref["divisor"].as_string("0")).value_or(Quantity());
  if (!known || amount == Quantity()) return;
  const Divisors divisors = divisors_of(name);
  if (is_divisor(amount.str(), divisors.amounts)) return;
  errors.push_back(invalid_value(path / "divisor", resource,
                                 "only divisor's values " + std::string(divisors.amounts) +
                                     " are supported with the " + std::string(divisors.called) +
                                     " resource"));
}

void validate_env(const Value& env, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& variable : env.items()) {
    const FieldPath at = path.index(index++);
    if (variable["name"].empty()) {
      errors.push_back(required(at / "name"));
    } else {
      add_name_errors(at / "name", variable["name"],
                      check_env_var_name(variable["name"].as_string()), errors);
    }
    if (const Value* from = variable.find("valueFrom"))
      validate_value_from(variable, *from, at / "valueFrom", errors);
  }
}

void validate_env_from(const Value& env_from, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& item : env_from.items()) {
    const FieldPath at = path.index(index++);
    if (!item["prefix"].empty()) {
      add_name_errors(at / "prefix", item["prefix"], check_env_var_name(item["prefix"].as_string()),
                      errors);
    }
    std::size_t sources = 0;
    for (const char* source : {"configMapRef", "secretRef"}) {
      const Value* ref = item.find(source);
      if (ref == nullptr) continue;
      ++sources;
      validate_source_name(*ref, at / source, errors);
    }
    // The server does not say which item it is.
    if (sources == 0) {
      errors.push_back(
          invalid_value(path, Value(""), "must specify one of: `configMapRef` or `secretRef`"));
    } else if (sources > 1) {
      errors.push_back(
          invalid_value(path, Value(""), "may not have more than one field specified at a time"));
    }
  }
}

}  // namespace inferlab::sim
