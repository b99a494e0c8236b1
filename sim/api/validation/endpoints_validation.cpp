#include "sim/api/validation/endpoints_validation.h"

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/ip_address.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostEndpoints = 1000;
constexpr std::size_t kMostAddresses = 100;  // of one endpoint
constexpr std::size_t kMostPorts = 20000;
constexpr std::size_t kMostHints = 8;

void validate_ip(const Value& ip, const FieldPath& path, FieldErrors& errors) {
  if (!is_ip_address(ip.str())) errors.push_back(invalid_value(path, ip, kNotAnIpAddress));
}

void validate_outside_ip(const Value& ip, const FieldPath& path, FieldErrors& errors) {
  const bool address = is_ip_address(ip.str());
  const std::string why = address ? fault_of_outside_ip(ip.str()) : "must be a valid IP address";
  if (!why.empty()) errors.push_back(invalid_value(path, ip, why));
}

void validate_label(const Value& text, const FieldPath& path, FieldErrors& errors) {
  if (!text.empty()) add_name_errors(path, text, check_dns1123_label(text.as_string()), errors);
}

void validate_protocol(const Value& port, const FieldPath& at, FieldErrors& errors) {
  if (port["protocol"].empty()) {
    errors.push_back(required(at / "protocol"));
  } else {
    validate_one_of(at / "protocol", port["protocol"], {"SCTP", "TCP", "UDP"}, errors);
  }
  if (port.has("appProtocol")) {
    add_name_errors(at / "appProtocol", port["appProtocol"],
                    check_qualified_name(port["appProtocol"].as_string()), errors);
  }
}

void validate_addresses(const Value& addresses, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& address : addresses.items()) {
    const FieldPath at = path.index(index++);
    const Value ip(address["ip"].as_string());
    validate_ip(ip, at / "ip", errors);
    validate_label(address["hostname"], at / "hostname", errors);
    if (address.has("nodeName")) {
      add_name_errors(at / "nodeName", address["nodeName"],
                      check_dns1123_subdomain(address["nodeName"].as_string()), errors);
    }
    validate_outside_ip(ip, at / "ip", errors);
  }
}

void validate_subset(const Value& subset, const FieldPath& at, FieldErrors& errors) {
  if (subset["addresses"].empty() && subset["notReadyAddresses"].empty())
    errors.push_back(required(at, "must specify `addresses` or `notReadyAddresses`"));
  for (const char* list : {"addresses", "notReadyAddresses"})
    validate_addresses(subset[list], at / list, errors);
  const FieldPath ports = at / "ports";
  std::size_t index = 0;
  for (const Value& port : subset["ports"].items()) {
    const FieldPath item = ports.index(index++);
    if (port["name"].empty() && subset["ports"].size() > 1)
      errors.push_back(required(item / "name"));
    validate_label(port["name"], item / "name", errors);
    validate_port_number(item / "port", port["port"], errors);
    validate_protocol(port, item, errors);
  }
}

void validate_hints(const Value& hints, const FieldPath& path, FieldErrors& errors) {
  const FieldPath zones = path / "forZones";
  if (hints["forZones"].size() > kMostHints) {
    errors.push_back(too_many(zones, hints["forZones"].size(), kMostHints));
    return;
  }
  Names seen;
  std::size_t index = 0;
  for (const Value& zone : hints["forZones"].items()) {
    const FieldPath at = zones.index(index++);
    const Value name(zone["name"].as_string());
    if (!seen.insert(name.str()).second) errors.push_back(duplicate(at / "name", name));
    add_name_errors(at / "name", name, check_label_value(name.as_string()), errors);
  }
}

void validate_endpoint(const Value& endpoint, std::string_view type, const FieldPath& at,
                       FieldErrors& errors) {
  const FieldPath addresses = at / "addresses";
  const std::size_t count = endpoint["addresses"].size();
  if (count == 0) {
    errors.push_back(required(addresses, "must contain at least 1 address"));
  } else if (count > kMostAddresses) {
    errors.push_back(too_many(addresses, count, kMostAddresses));
  }
  const bool v4 = type == "IPv4";
  std::size_t index = 0;
  for (const Value& address : endpoint["addresses"].items()) {
    const FieldPath item = addresses.index(index++);
    if (!v4 && type != "IPv6") continue;
    const bool fits =
        is_ip_address(address.str()) && (address.str().find(':') == std::string::npos) == v4;
    if (!fits) {
      errors.push_back(invalid_value(
          item, address, v4 ? "must be a valid IPv4 address" : "must be a valid IPv6 address"));
    }
    validate_outside_ip(address, item, errors);
  }
  if (endpoint.has("nodeName")) {
    add_name_errors(at / "nodeName", endpoint["nodeName"],
                    check_dns1123_subdomain(endpoint["nodeName"].as_string()), errors);
  }
  validate_label(endpoint["hostname"], at / "hostname", errors);
  validate_hints(endpoint["hints"], at / "hints", errors);
}

void validate_slice_ports(const Value& ports, FieldErrors& errors) {
  const FieldPath path("ports");
  if (ports.size() > kMostPorts) {
    errors.push_back(too_many(path, ports.size(), kMostPorts));
    return;
  }
  Names seen;
  std::size_t index = 0;
  for (const Value& port : ports.items()) {
    const FieldPath at = path.index(index++);
    const Value name(port["name"].as_string());
    validate_label(name, at / "name", errors);
    if (!seen.insert(name.str()).second) errors.push_back(duplicate(at / "name", name));
    validate_protocol(port, at, errors);
  }
}

}  // namespace

void validate_endpoints(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null() && object["subsets"] == old["subsets"]) return;
  const FieldPath path("subsets");
  std::size_t index = 0;
  for (const Value& subset : object["subsets"].items())
    validate_subset(subset, path.index(index++), errors);
}

void validate_endpoint_slice(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& type = object["addressType"];
  if (type.empty()) {
    errors.push_back(required("addressType"));
  } else {
    validate_one_of("addressType", type, {"FQDN", "IPv4", "IPv6"}, errors);
  }
  const FieldPath path("endpoints");
  const Value& endpoints = object["endpoints"];
  if (endpoints.size() > kMostEndpoints) {
    errors.push_back(too_many(path, endpoints.size(), kMostEndpoints));
  } else {
    std::size_t index = 0;
    for (const Value& endpoint : endpoints.items())
      validate_endpoint(endpoint, type.as_string(), path.index(index++), errors);
  }
  validate_slice_ports(object["ports"], errors);
  if (!old.is_null()) validate_immutable("addressType", type, old["addressType"], errors);
}

}  // namespace inferlab::sim
