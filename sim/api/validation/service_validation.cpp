#include "sim/api/validation/service_validation.h"

#include <set>

#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_port(const Value& port, bool wants_name, Names& names, const FieldPath& at,
                   FieldErrors& errors) {
  const Value& name = port["name"];
  if (name.empty()) {
    if (wants_name) errors.push_back(required(at / "name"));
  } else {
    add_name_errors(at / "name", name, check_dns1123_label(name.as_string()), errors);
    if (!names.insert(name.str()).second) errors.push_back(duplicate(at / "name", name));
  }
  validate_port_number(at / "port", port["port"], errors);
  const std::string_view protocol = port["protocol"].as_string();
  if (protocol.empty()) {
    errors.push_back(required(at / "protocol"));
  } else if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
    errors.push_back(unsupported(at / "protocol", port["protocol"], {"SCTP", "TCP", "UDP"}));
  }
  validate_port_or_name(at / "targetPort", port["targetPort"], errors);
}

}  // namespace

void validate_service(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  const std::string_view type = spec["type"].as_string();
  const bool headless = spec["clusterIP"].as_string() == "None";
  const bool external = type == "ExternalName";
  if (spec["ports"].empty() && !headless && !external) errors.push_back(required(path / "ports"));
  if (type == "LoadBalancer" && headless) {
    errors.push_back(invalid_value(path / "clusterIPs", spec["clusterIPs"],
                                   "may not be set to 'None' for LoadBalancer services"));
  }
  if (type == "NodePort" && headless) {
    errors.push_back(invalid_value(path / "clusterIPs", spec["clusterIPs"],
                                   "may not be set to 'None' for NodePort services"));
  }
  if (external) {
    const Value name(spec["externalName"].as_string());
    if (name.empty()) {
      errors.push_back(required(path / "externalName"));
    } else {
      add_name_errors(path / "externalName", name, check_dns1123_subdomain(name.as_string()),
                      errors);
    }
  }
  const FieldPath ports = path / "ports";
  Names names;
  std::set<std::pair<std::string, std::int64_t>> taken;
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    validate_port(port, spec["ports"].size() > 1, names, ports.index(index++), errors);
  }
  validate_labels(spec["selector"], path / "selector", errors);
  const std::string_view affinity = spec["sessionAffinity"].as_string();
  if (affinity.empty()) {
    errors.push_back(required(path / "sessionAffinity"));
  } else if (affinity != "None" && affinity != "ClientIP") {
    errors.push_back(
        unsupported(path / "sessionAffinity", spec["sessionAffinity"], {"ClientIP", "None"}));
  }
  if (!external && type != "ClusterIP" && type != "NodePort" && type != "LoadBalancer") {
    errors.push_back(unsupported(path / "type", spec["type"],
                                 {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}));
  }
  index = 0;
  for (const Value& port : spec["ports"].items()) {
    const FieldPath at = ports.index(index++);
    if (!taken.emplace(port["protocol"].str(), port["port"].as_int()).second) {
      FieldError twice = duplicate(at, Value());
      twice.message =
          "Duplicate value: " +
          shown(Value::object({{"port", port["port"]}, {"protocol", port["protocol"]}}));
      errors.push_back(std::move(twice));
    }
  }
  // An address once given stays, until the Service needs none any more.
  if (old.is_null() || external) return;
  const Value& had = old["spec"]["clusterIP"];
  if (!had.empty() && old["spec"]["type"].as_string() != "ExternalName" &&
      spec["clusterIP"] != had) {
    const FieldPath ips = path / "clusterIPs";
    errors.push_back(invalid_raw(ips.index(0), "[]string{" + shown(spec["clusterIP"]) + "}",
                                 "may not change once set"));
  }
}

}  // namespace inferlab::sim
