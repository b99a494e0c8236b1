#include "sim/api/validation/pod_spec_validation.h"

#include <charconv>
#include <cstdint>

#include "sim/api/validation/go_text.h"
#include "sim/api/validation/ip_address.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

void validate_restart_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& policy = spec["restartPolicy"];
  const std::string_view word = policy.as_string();
  if (word.empty()) {
    errors.push_back(required(path));
  } else if (word != "Always" && word != "OnFailure" && word != "Never") {
    errors.push_back(unsupported(path, policy, {"Always", "OnFailure", "Never"}));
  }
}

void validate_dns_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& policy = spec["dnsPolicy"];
  const std::string_view word = policy.as_string();
  if (word.empty()) {
    errors.push_back(required(path));
  } else if (word != "ClusterFirstWithHostNet" && word != "ClusterFirst" && word != "Default" &&
             word != "None") {
    errors.push_back(
        unsupported(path, policy, {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"}));
  }
}

void validate_dns_config(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  constexpr std::size_t kMostServers = 3;
  constexpr std::size_t kMostSearches = 32;
  constexpr std::size_t kLongestSearches = 2048;  // with a space between any two
  const Value* config = spec.find("dnsConfig");
  const Value& servers = spec["dnsConfig"]["nameservers"];
  const FieldPath servers_path = path / "nameservers";
  if (spec["dnsPolicy"].as_string() == "None") {
    if (config == nullptr) {
      errors.push_back(required(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
      return;
    }
    if (servers.empty()) {
      errors.push_back(required(
          servers_path, "must provide at least one DNS nameserver when `dnsPolicy` is None"));
      return;
    }
  }
  if (config == nullptr) return;
  if (servers.size() > kMostServers) {
    errors.push_back(
        invalid_raw(servers_path, go_strings(servers), "must not have more than 3 nameservers"));
  }
  std::size_t index = 0;
  for (const Value& server : servers.items()) {
    const FieldPath at = servers_path.index(index++);
    if (!is_ip_address(server.str())) errors.push_back(invalid_value(at, server, kNotAnIpAddress));
  }
  const Value& searches = (*config)["searches"];
  const FieldPath searches_path = path / "searches";
  if (searches.size() > kMostSearches) {
    errors.push_back(invalid_raw(searches_path, go_strings(searches),
                                 "must not have more than 32 search paths"));
  }
  std::size_t length = searches.empty() ? 0 : searches.size() - 1;
  for (const Value& search : searches.items()) length += search.as_string().size();
  if (length > kLongestSearches) {
    errors.push_back(invalid_raw(
        searches_path, go_strings(searches),
        "must not have more than 2048 characters (including spaces) in the search list"));
  }
  index = 0;
  for (const Value& search : searches.items()) {
    std::string_view name = search.as_string();
    if (name.ends_with('.')) name.remove_suffix(1);
    add_name_errors(searches_path.index(index++), Value(name), check_dns1123_subdomain(name),
                    errors);
  }
  const FieldPath options = path / "options";
  index = 0;
  for (const Value& option : (*config)["options"].items()) {
    const FieldPath at = options.index(index++);
    if (option["name"].empty()) errors.push_back(required(at, "must not be empty"));
  }
}

void validate_host_aliases(const Value& aliases, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& alias : aliases.items()) {
    const FieldPath at = path.index(index++);
    const Value ip(alias["ip"].as_string());
    if (!is_ip_address(ip.str())) errors.push_back(invalid_value(at / "ip", ip, kNotAnIpAddress));
    const FieldPath names = at / "hostnames";
    std::size_t name_index = 0;
    for (const Value& name : alias["hostnames"].items()) {
      add_name_errors(names.index(name_index++), name, check_dns1123_subdomain(name.as_string()),
                      errors);
    }
  }
}

// What the other system knows must not be asked for.
void validate_os(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const FieldPath os = path / "os";
  const Value& name = spec["os"]["name"];
  if (name.empty()) {
    errors.push_back(required(os / "name", "cannot be empty"));
    return;
  }
  const bool linux = name.as_string() == "linux";
  if (!linux && name.as_string() != "windows") {
    errors.push_back(unsupported(os, name, {"linux", "windows"}));
    return;
  }
  const std::string_view why =
      linux ? "windows options cannot be set for a linux pod" : "cannot be set for a windows pod";
  const auto refuse = [&](const Value& holder, const FieldPath& at,
                          std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) {
      if (holder.has(field)) errors.push_back(forbidden_field(at / field, why));
    }
  };
  const Value& context = spec["securityContext"];
  const FieldPath at = path / "securityContext";
  if (linux) {
    refuse(context, at, {"windowsOptions"});
  } else {
    refuse(context, at, {"appArmorProfile", "seLinuxOptions"});
    refuse(spec, path, {"hostUsers"});
    for (const char* field : {"hostPID", "hostIPC"}) {
      if (spec[field].as_bool()) errors.push_back(forbidden_field(path / field, why));
    }
    refuse(context, at, {"seccompProfile", "fsGroup", "fsGroupChangePolicy"});
    if (!context["sysctls"].empty()) refuse(context, at, {"sysctls"});
    refuse(spec, path, {"shareProcessNamespace"});
    refuse(context, at,
           {"runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy",
            "seLinuxChangePolicy"});
  }
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    const FieldPath containers = path / list;
    std::size_t index = 0;
    for (const Value& container : spec[list].items()) {
      const FieldPath here = containers.index(index++);
      const Value& rights = container["securityContext"];
      const FieldPath rights_path = here / "securityContext";
      if (linux) {
        refuse(rights, rights_path, {"windowsOptions"});
      } else {
        refuse(rights, rights_path,
               {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities",
                "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount",
                "runAsUser", "runAsGroup"});
      }
    }
  }
}

// Ports of a Pod on the host's network are the host's. In a template they may be left open: the Pod
// gets them.
void validate_host_network(const Value& spec, PodSpecOf owner, const FieldPath& path,
                           FieldErrors& errors) {
  if (!spec["hostNetwork"].as_bool()) return;
  const FieldPath containers = path / "containers";
  std::size_t index = 0;
  for (const Value& container : spec["containers"].items()) {
    const FieldPath at = containers.index(index++);
    const FieldPath ports = at / "ports";
    std::size_t port_index = 0;
    for (const Value& port : container["ports"].items()) {
      const FieldPath here = ports.index(port_index++);
      const std::int64_t host_port = port["hostPort"].as_int();
      if (host_port == 0 && owner == PodSpecOf::kTemplate) continue;
      if (host_port == port["containerPort"].as_int()) continue;
      errors.push_back(invalid_value(here / "hostPort", Value(host_port),
                                     "must match `containerPort` when `hostNetwork` is true"));
    }
  }
}

}  // namespace

void validate_not_negative(const FieldPath& path, const Value& value, FieldErrors& errors) {
  if (value.as_int() < 0)
    errors.push_back(invalid_value(path, value, "must be greater than or equal to 0"));
}

void add_name_errors(const FieldPath& path, const Value& value,
                     const std::vector<std::string>& messages, FieldErrors& errors) {
  for (const std::string& message : messages) errors.push_back(invalid_value(path, value, message));
}

void validate_pod_spec(const Value& spec, const FieldPath& path, PodSpecOf owner,
                       FieldErrors& errors) {
  const Volumes volumes = validate_volumes(spec["volumes"], path / "volumes", errors);
  validate_containers(spec, volumes, path, errors);
  validate_host_network(spec, owner, path, errors);
  validate_restart_policy(spec, path / "restartPolicy", errors);
  validate_dns_policy(spec, path / "dnsPolicy", errors);
  validate_labels(spec["nodeSelector"], path / "nodeSelector", errors);
  validate_pod_security_context(spec, path / "securityContext", errors);
  validate_affinity(spec["affinity"], path / "affinity", errors);
  validate_dns_config(spec, path / "dnsConfig", errors);
  const FieldPath gates = path / "readinessGates";
  std::size_t index = 0;
  for (const Value& gate : spec["readinessGates"].items()) {
    const FieldPath at = gates.index(index++);
    add_name_errors(at / "conditionType", gate["conditionType"],
                    check_qualified_name(gate["conditionType"].as_string()), errors);
  }
  validate_scheduling_gates(spec["schedulingGates"], path / "schedulingGates", errors);
  validate_spread_constraints(spec["topologySpreadConstraints"], path / "topologySpreadConstraints",
                              errors);
  const auto subdomain = [&](const char* field) {
    const Value& name = spec[field];
    if (!name.empty())
      add_name_errors(path / field, name, check_dns1123_subdomain(name.as_string()), errors);
  };
  const auto label = [&](const char* field) {
    const Value& name = spec[field];
    if (!name.empty())
      add_name_errors(path / field, name, check_dns1123_label(name.as_string()), errors);
  };
  subdomain("serviceAccountName");
  subdomain("nodeName");
  if (const Value* deadline = spec.find("activeDeadlineSeconds")) {
    if (deadline->as_int() < 1 || deadline->as_int() > 2147483647) {
      errors.push_back(invalid_value(path / "activeDeadlineSeconds", *deadline,
                                     "must be between 1 and 2147483647, inclusive"));
    }
  }
  label("hostname");
  label("subdomain");
  validate_tolerations(spec["tolerations"], path / "tolerations", errors);
  validate_host_aliases(spec["hostAliases"], path / "hostAliases", errors);
  subdomain("priorityClassName");
  subdomain("runtimeClassName");
  const Value& policy = spec["preemptionPolicy"];
  if (!policy.is_null() && policy.as_string() != "Never" &&
      policy.as_string() != "PreemptLowerPriority") {
    errors.push_back(
        unsupported(path / "preemptionPolicy", policy, {"PreemptLowerPriority", "Never"}));
  }
  if (spec.has("os")) validate_os(spec, path, errors);
}

bool is_deletion_cost(std::string_view text) {
  std::int32_t cost = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), cost);
  const bool number = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return number && (text == "0" || text.front() != '0');
}

void validate_pod_annotations(const Value& annotations, const FieldPath& path,
                              FieldErrors& errors) {
  constexpr std::string_view kCost = "controller.kubernetes.io/pod-deletion-cost";
  if (!annotations.has(kCost) || is_deletion_cost(annotations[kCost].as_string())) return;
  errors.push_back(invalid_value(path.key(kCost), annotations[kCost], "must be a 32bit integer"));
}

void validate_pod_template(const Value& pod_template, const FieldPath& path, FieldErrors& errors) {
  validate_labels(pod_template["metadata"]["labels"], path / "labels", errors);
  validate_annotations(pod_template["metadata"]["annotations"], path / "annotations", errors);
  const FieldPath annotations = path / "annotations";
  validate_pod_annotations(pod_template["metadata"]["annotations"], annotations, errors);
  validate_pod_spec(pod_template["spec"], path / "spec", PodSpecOf::kTemplate, errors);
  if (!pod_template["spec"]["ephemeralContainers"].empty()) {
    const FieldPath spec = path / "spec";
    errors.push_back(forbidden_field(spec / "ephemeralContainers",
                                     "ephemeral containers not allowed in pod template"));
  }
}

}  // namespace inferlab::sim
