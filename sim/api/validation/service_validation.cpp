// Source: Kubernetes 1.32, pkg/apis/core/validation, ValidateService and ValidateServiceUpdate.
#include "sim/api/validation/service_validation.h"

#include <algorithm>
#include <set>

#include "sim/api/go_space.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/ip_address.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kKubeletPort = 10250;
constexpr std::int64_t kLongestAffinity = 86400;  // seconds

bool is_headless(const Value& spec) {
  return spec["clusterIPs"].size() == 1 && spec["clusterIPs"][std::size_t{0}].as_string() == "None";
}

bool is_accessible_from_outside(const Value& spec) {
  const std::string_view type = spec["type"].as_string();
  return type == "LoadBalancer" || type == "NodePort" ||
         (type == "ClusterIP" && !spec["externalIPs"].empty());
}

bool needs_health_check(const Value& spec) {
  return spec["type"].as_string() == "LoadBalancer" &&
         spec["externalTrafficPolicy"].as_string() == "Local";
}

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
  if (port.has("appProtocol")) {
    add_name_errors(at / "appProtocol", port["appProtocol"],
                    check_qualified_name(port["appProtocol"].as_string()), errors);
  }
}

void validate_external_name(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  for (const char* field : {"clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    if (!spec[field].empty())
      errors.push_back(forbidden_field(path / field, "may not be set for ExternalName services"));
  }
  std::string_view name = spec["externalName"].as_string();
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.push_back(required(path / "externalName"));
  } else {
    add_name_errors(path / "externalName", Value(name), check_dns1123_subdomain(name), errors);
  }
}

void validate_by_type(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const std::string type = spec["type"].str();
  if (type == "ExternalName") return validate_external_name(spec, path, errors);
  if (type != "LoadBalancer" && type != "NodePort") return;
  const FieldPath ports = path / "ports";
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    const std::size_t at = index++;
    if (type != "LoadBalancer" || port["port"].as_int() != kKubeletPort) continue;
    errors.push_back(
        invalid_value(ports.index(at), port["port"],
                      "may not expose port 10250 externally since it is used by kubelet"));
  }
  if (!is_headless(spec)) return;
  const FieldPath ips = path / "clusterIPs";
  errors.push_back(invalid_value(ips.index(0), Value("None"),
                                 "may not be set to 'None' for " + type + " services"));
}

void validate_session_affinity(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& affinity = spec["sessionAffinity"];
  const FieldPath config = path / "sessionAffinityConfig";
  if (affinity.empty()) {
    errors.push_back(required(path / "sessionAffinity"));
  } else if (affinity.as_string() == "ClientIP") {
    const FieldPath client = config / "clientIP";
    const Value& timeout = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"];
    if (timeout.as_int() <= 0 || timeout.as_int() > kLongestAffinity) {
      errors.push_back(invalid_value(client / "timeoutSeconds", timeout,
                                     "must be greater than 0 and less than 86400"));
    }
  } else if (affinity.as_string() == "None") {
    if (spec.has("sessionAffinityConfig")) {
      errors.push_back(forbidden_field(config, "must not be set when session affinity is None"));
    }
  } else {
    errors.push_back(unsupported(path / "sessionAffinity", affinity, {"ClientIP", "None"}));
  }
}

void validate_external_ips(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const FieldPath list = path / "externalIPs";
  std::size_t index = 0;
  for (const Value& ip : spec["externalIPs"].items()) {
    const std::size_t at = index++;
    if (const std::string why = fault_of_outside_ip(ip.str()); !why.empty())
      errors.push_back(invalid_value(list.index(at), ip, why));
  }
}

void validate_node_ports(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const FieldPath ports = path / "ports";
  std::set<std::pair<std::string, std::int64_t>> taken;
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    const FieldPath item = ports.index(index++);
    const std::int64_t number = port["nodePort"].as_int();
    if (number != 0 && spec["type"].as_string() == "ClusterIP") {
      errors.push_back(
          forbidden_field(item / "nodePort", "may not be used when `type` is 'ClusterIP'"));
    }
  }
  index = 0;
  for (const Value& port : spec["ports"].items()) {
    const FieldPath item = ports.index(index++);
    const std::int64_t number = port["nodePort"].as_int();
    if (number != 0 && !taken.emplace(port["protocol"].str(), number).second)
      errors.push_back(duplicate(item / "nodePort", port["nodePort"]));
  }
}

void validate_different_ports(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const FieldPath ports = path / "ports";
  std::set<std::pair<std::string, std::int64_t>> taken;
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    const FieldPath item = ports.index(index++);
    if (taken.emplace(port["protocol"].str(), port["port"].as_int()).second) continue;
    errors.push_back(duplicate_raw(item, go_service_port(port)));
  }
}

constexpr std::string_view kOnlyBalanced = "may only be used when `type` is 'LoadBalancer'";

void validate_source_range(std::string_view text, const FieldPath& path, FieldErrors& errors) {
  const std::string range = go_trimmed(text);
  if (!parse_network(range)) errors.push_back(invalid_value(path, Value(range), kNotANetwork));
}

// The field, or where there is none the annotation that was before it.
void validate_source_ranges(const Value& object, bool balanced, const FieldPath& path,
                            FieldErrors& errors) {
  constexpr std::string_view kKey = "service.beta.kubernetes.io/load-balancer-source-ranges";
  const Value& ranges = object["spec"]["loadBalancerSourceRanges"];
  if (!ranges.empty()) {
    const FieldPath list = path / "LoadBalancerSourceRanges";
    if (!balanced) errors.push_back(forbidden_field(list, kOnlyBalanced));
    std::size_t index = 0;
    for (const Value& range : ranges.items())
      validate_source_range(range.as_string(), list.index(index++), errors);
    return;
  }
  const Value* annotation = object["metadata"]["annotations"].find(kKey);
  if (annotation == nullptr) return;
  const FieldPath metadata("metadata");
  const FieldPath annotations = metadata / "annotations";
  const FieldPath at = annotations.key(kKey);
  if (!balanced) errors.push_back(forbidden_field(at, kOnlyBalanced));
  const std::string text = go_trimmed(annotation->as_string());
  for (std::size_t start = 0; !text.empty() && start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    validate_source_range(std::string_view(text).substr(start, end - start), at, errors);
    start = end + 1;
  }
}

void validate_load_balancer(const Value& object, const FieldPath& path, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const bool balanced = spec["type"].as_string() == "LoadBalancer";
  validate_source_ranges(object, balanced, path, errors);
  if (!balanced && spec.has("allocateLoadBalancerNodePorts"))
    errors.push_back(forbidden_field(path / "allocateLoadBalancerNodePorts", kOnlyBalanced));
  const Value& load_balancer_class = spec["loadBalancerClass"];
  if (load_balancer_class.is_null()) return;
  if (balanced) {
    add_name_errors(path / "loadBalancerClass", load_balancer_class,
                    check_qualified_name(load_balancer_class.as_string()), errors);
  } else {
    errors.push_back(forbidden_field(path / "loadBalancerClass", kOnlyBalanced));
  }
}

void validate_traffic(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& external = spec["externalTrafficPolicy"];
  if (!is_accessible_from_outside(spec)) {
    if (!external.empty()) {
      errors.push_back(invalid_value(path / "externalTrafficPolicy", external,
                                     "may only be set for externally-accessible services"));
    }
  } else if (external.empty()) {
    errors.push_back(required(path / "externalTrafficPolicy"));
  } else {
    validate_one_of(path / "externalTrafficPolicy", external, {"Cluster", "Local"}, errors);
  }
  const Value& health = spec["healthCheckNodePort"];
  if (!needs_health_check(spec)) {
    if (health.as_int() != 0) {
      errors.push_back(invalid_value(
          path / "healthCheckNodePort", health,
          "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
    }
  } else if (health.as_int() == 0) {
    errors.push_back(required(path / "healthCheckNodePort"));
  } else {
    validate_port_number(path / "healthCheckNodePort", health, errors);
  }
  if (spec.has("internalTrafficPolicy")) {
    validate_one_of(path / "internalTrafficPolicy", spec["internalTrafficPolicy"],
                    {"Cluster", "Local"}, errors);
  }
  if (spec.has("trafficDistribution")) {
    validate_one_of(path / "trafficDistribution", spec["trafficDistribution"], {"PreferClose"},
                    errors);
  }
}

// An address once given stays, until the Service needs none any more.
void validate_kept_addresses(const Value& spec, const Value& old, FieldErrors& errors) {
  constexpr std::string_view kOutside = "ExternalName";
  if (spec["type"].as_string() == kOutside || old["type"].as_string() == kOutside) return;
  const FieldPath path("spec");
  const Value& now = spec["clusterIPs"];
  if (!(is_headless(old) && is_headless(spec)) && now != old["clusterIPs"] &&
      !old["clusterIPs"].empty()) {
    const FieldPath ips = path / "clusterIPs";
    errors.push_back(invalid_raw(ips.index(0), go_strings(now), "may not change once set"));
  }
  const bool families_may_change = is_headless(old) || is_headless(spec);
  if (!families_may_change && spec["ipFamilies"] != old["ipFamilies"] &&
      !old["ipFamilies"].empty()) {
    const FieldPath families = path / "ipFamilies";
    std::string shown = go_strings(spec["ipFamilies"]);
    shown.replace(0, sizeof("[]string") - 1, "[]core.IPFamily");
    errors.push_back(invalid_raw(families.index(0), shown, "may not change once set"));
  }
}

}  // namespace

void validate_service_addresses(const Value& spec, FieldErrors& errors) {
  if (spec["type"].as_string() == "ExternalName") return;
  const FieldPath path("spec");
  const FieldPath ips = path / "clusterIPs";
  const Value& all = spec["clusterIPs"];
  const Value& first = spec["clusterIP"];
  if (!first.empty() && all[std::size_t{0}] != first) {
    errors.push_back(invalid_raw(ips, go_strings(all), "first value must match `clusterIP`"));
  } else if (first.empty() && !all.empty()) {
    errors.push_back(
        invalid_raw(ips, go_strings(all), "must be empty when `clusterIP` is not specified"));
  }
  const FieldPath families = path / "ipFamilies";
  std::set<std::string> seen;
  std::size_t index = 0;
  for (const Value& family : spec["ipFamilies"].items()) {
    const FieldPath at = families.index(index++);
    validate_one_of(at, family, {"IPv4", "IPv6"}, errors);
    if (!seen.insert(family.str()).second) errors.push_back(duplicate(at, family));
  }
  if (spec.has("ipFamilyPolicy")) {
    validate_one_of(path / "ipFamilyPolicy", spec["ipFamilyPolicy"],
                    {"PreferDualStack", "RequireDualStack", "SingleStack"}, errors);
  }
  bool faulty = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 && all[i].as_string() == "None") {
      faulty = all.size() > 1;
      if (faulty)
        errors.push_back(
            invalid_raw(ips, go_strings(all), "'None' must be the first and only value"));
    } else if (!is_ip_address(all[i].str())) {
      faulty = true;
      errors.push_back(invalid_value(ips.index(i), all[i], kNotAnIpAddress));
    }
  }
  if (all.size() > 2)
    errors.push_back(invalid_raw(ips, go_strings(all), "may only hold up to 2 values"));
  if (faulty || is_headless(spec)) return;
  const Value& wanted = spec["ipFamilies"];
  for (std::size_t i = 0; i < all.size() && i < wanted.size(); ++i) {
    const std::string family = all[i].str().find(':') == std::string::npos ? "IPv4" : "IPv6";
    if (wanted[i].as_string() == family) continue;
    errors.push_back(invalid_value(ips.index(i), all[i],
                                   "expected an " + wanted[i].str() +
                                       " value as indicated by `ipFamilies[" + std::to_string(i) +
                                       "]`"));
  }
}

void validate_service(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const auto annotations = [](const Value& service) { return service["metadata"]["annotations"]; };
  if (!old.is_null() && spec == old["spec"] && annotations(object) == annotations(old)) return;
  const FieldPath path("spec");
  if (!old.is_null()) validate_kept_addresses(spec, old["spec"], errors);
  const bool headless = is_headless(spec);
  const bool external = spec["type"].as_string() == "ExternalName";
  if (spec["ports"].empty() && !headless && !external) errors.push_back(required(path / "ports"));
  validate_by_type(spec, path, errors);
  const FieldPath ports = path / "ports";
  Names names;
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    validate_port(port, spec["ports"].size() > 1, names, ports.index(index++), errors);
  }
  validate_labels(spec["selector"], path / "selector", errors);
  validate_session_affinity(spec, path, errors);
  validate_service_addresses(spec, errors);
  validate_external_ips(spec, path, errors);
  validate_one_of(path / "type", spec["type"],
                  {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, errors);
  validate_node_ports(spec, path, errors);
  validate_different_ports(spec, path, errors);
  validate_load_balancer(object, path, errors);
  validate_traffic(spec, path, errors);
}

}  // namespace inferlab::sim
