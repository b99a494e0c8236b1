#include "sim/api/validation/ingress_validation.h"

#include <algorithm>
#include <array>

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kClassAnnotation = "kubernetes.io/ingress.class";

bool is_ipv4(std::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 3 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos &&
         text.find("..") == std::string_view::npos && text.front() != '.' && text.back() != '.';
}

// A DNS name whose first label may be "*".
void validate_host(const Value& host, const FieldPath& path, FieldErrors& errors) {
  const std::string_view text = host.as_string();
  if (text.find('*') == std::string_view::npos) {
    add_name_errors(path, host, check_dns1123_subdomain(text), errors);
  } else if (!text.starts_with("*.") || !check_dns1123_subdomain(text.substr(2)).empty()) {
    errors.push_back(invalid_value(
        path, host,
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character (e.g. '*.example.com', regex used for validation is "
        "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
  }
}

void validate_service_backend(const Value& service, const FieldPath& path, FieldErrors& errors) {
  const FieldPath at = path / "service";
  if (service["name"].empty()) {
    errors.push_back(required(at / "name"));
  } else {
    add_name_errors(at / "name", service["name"], check_dns1035_label(service["name"].as_string()),
                    errors);
  }
  const Value& port = service["port"];
  const FieldPath port_path = at / "port";
  const bool named = !port["name"].empty();
  const bool numbered = port["number"].as_int() != 0;
  if (named && numbered) {
    errors.push_back(invalid_value(path, "", "cannot set both port name & port number"));
  } else if (named) {
    add_name_errors(port_path / "name", port["name"], check_port_name(port["name"].as_string()),
                    errors);
  } else if (numbered) {
    validate_port_number(port_path / "number", port["number"], errors);
  } else {
    errors.push_back(required(path, "port name or number is required"));
  }
}

void validate_backend(const Value& backend, const FieldPath& path, FieldErrors& errors) {
  const bool resource = backend.has("resource");
  const bool service = backend.has("service");
  if (resource && service) {
    errors.push_back(invalid_value(path, "", "cannot set both resource and service backends"));
  } else if (resource) {
    const FieldPath at = path / "resource";
    for (const char* field : {"kind", "name"}) {
      if (backend["resource"][field].empty()) errors.push_back(required(at / field));
    }
  } else if (service) {
    validate_service_backend(backend["service"], path, errors);
  } else {
    errors.push_back(invalid_value(path, "", "resource or service backend is required"));
  }
}

void validate_absolute_path(const Value& path, const FieldPath& at, FieldErrors& errors) {
  if (!path.as_string().starts_with('/'))
    errors.push_back(invalid_value(at, Value(path.as_string()), "must be an absolute path"));
}

void validate_path(const Value& item, const FieldPath& at, FieldErrors& errors) {
  if (!item.has("pathType")) {
    errors.push_back(required(at / "pathType", "pathType must be specified"));
    return;
  }
  const Value& path = item["path"];
  const std::string_view text = path.as_string();
  const std::string_view type = item["pathType"].as_string();
  if (type == "Exact" || type == "Prefix") {
    validate_absolute_path(path, at / "path", errors);
    if (!text.empty()) {
      for (const char* part : {"//", "/./", "/../", "%2f", "%2F"}) {
        if (text.find(part) != std::string_view::npos) {
          errors.push_back(
              invalid_value(at / "path", path, "must not contain '" + std::string(part) + "'"));
        }
      }
      for (const char* end : {"/..", "/."}) {
        if (text.ends_with(end)) {
          errors.push_back(
              invalid_value(at / "path", path, "cannot end with '" + std::string(end) + "'"));
        }
      }
    }
  } else if (type == "ImplementationSpecific") {
    if (!text.empty()) validate_absolute_path(path, at / "path", errors);
  } else {
    errors.push_back(unsupported(at / "pathType", item["pathType"],
                                 {"Exact", "ImplementationSpecific", "Prefix"}));
  }
  validate_backend(item["backend"], at / "backend", errors);
}

void validate_rule(const Value& rule, const FieldPath& at, FieldErrors& errors) {
  const Value& host = rule["host"];
  if (!host.empty()) {
    if (is_ipv4(host.as_string())) {
      errors.push_back(invalid_value(at / "host", host, "must be a DNS name, not an IP address"));
    } else {
      validate_host(host, at / "host", errors);
    }
  }
  if (!rule.has("http")) return;
  const FieldPath http = at / "http";
  const FieldPath paths = http / "paths";
  if (rule["http"]["paths"].empty()) errors.push_back(required(paths));
  std::size_t index = 0;
  for (const Value& path : rule["http"]["paths"].items())
    validate_path(path, paths.index(index++), errors);
}

void validate_tls(const Value& list, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& tls : list.items()) {
    const FieldPath at = path.index(index++);
    const FieldPath hosts = at / "hosts";
    std::size_t host_index = 0;
    for (const Value& host : tls["hosts"].items())
      validate_host(host, hosts.index(host_index++), errors);
    const Value& secret = tls["secretName"];
    if (!secret.empty()) {
      add_name_errors(at / "secretName", secret, check_dns1123_subdomain(secret.as_string()),
                      errors);
    }
  }
}

}  // namespace

void validate_ingress(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const FieldPath path("spec");
  const Value& annotation = object["metadata"]["annotations"][kClassAnnotation];
  if (old.is_null() && annotation.is_string() && spec.has("ingressClassName") &&
      annotation != spec["ingressClassName"]) {
    const FieldPath annotations("annotations");
    errors.push_back(invalid_value(annotations / kClassAnnotation, annotation,
                                   "must match `ingressClassName` when both are specified"));
  }
  if (spec["rules"].empty() && !spec.has("defaultBackend")) {
    errors.push_back(invalid_raw(path, "[]networking.IngressRule(nil)",
                                 "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec.has("defaultBackend"))
    validate_backend(spec["defaultBackend"], path / "defaultBackend", errors);
  const FieldPath rules = path / "rules";
  std::size_t index = 0;
  for (const Value& rule : spec["rules"].items()) validate_rule(rule, rules.index(index++), errors);
  validate_tls(spec["tls"], path / "tls", errors);
  if (spec.has("ingressClassName")) {
    add_name_errors(path / "ingressClassName", spec["ingressClassName"],
                    check_dns1123_subdomain(spec["ingressClassName"].as_string()), errors);
  }
}

}  // namespace inferlab::sim
