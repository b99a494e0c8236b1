// Containers: names, images, ports, resources.
#include <algorithm>

#include "sim/api/quantity.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/resource_rules.h"

namespace inferlab::sim {
namespace {

void validate_ports(const Value& ports, const FieldPath& path, FieldErrors& errors) {
  Names names;
  std::size_t index = 0;
  for (const Value& port : ports.items()) {
    const FieldPath at = path.index(index++);
    const Value& name = port["name"];
    if (!name.empty()) {
      const NameErrors wrong = check_port_name(name.as_string());
      add_name_errors(at / "name", name, wrong, errors);
      if (wrong.empty() && !names.insert(name.str()).second)
        errors.push_back(duplicate(at / "name", name));
    }
    if (port["containerPort"].as_int() == 0) {
      errors.push_back(required(at / "containerPort"));
    } else {
      validate_port_number(at / "containerPort", port["containerPort"], errors);
    }
    if (port["hostPort"].as_int() != 0)
      validate_port_number(at / "hostPort", port["hostPort"], errors);
    const std::string_view protocol = port["protocol"].as_string();
    if (protocol.empty()) {
      errors.push_back(required(at / "protocol"));
    } else if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
      errors.push_back(unsupported(at / "protocol", port["protocol"], {"SCTP", "TCP", "UDP"}));
    }
  }
}

void validate_requirement(std::string_view name, const Value& amount, const FieldPath& path,
                          FieldErrors& errors) {
  for (const std::string& why : check_qualified_name(name))
    errors.push_back(invalid_raw(path, name, why));
  const bool plain = name.find('/') == std::string_view::npos;
  if (plain && !is_standard_resource(name)) {
    errors.push_back(
        invalid_raw(path, name, "must be a standard resource type or fully qualified"));
  }
  if (plain && !is_container_resource(name)) {
    errors.push_back(invalid_raw(path, name, "must be a standard resource for containers"));
  } else if (!plain && !is_native_resource(name) && !is_extended_resource(name)) {
    errors.push_back(invalid_raw(path, name, "doesn't follow extended resource name standard"));
  }
  validate_amount(name, amount, path, errors);
}

void validate_container(const Value& container, const Volumes& volumes, const FieldPath& at,
                        FieldErrors& errors) {
  const Value& name = container["name"];
  if (name.empty()) {
    errors.push_back(required(at / "name"));
  } else {
    add_name_errors(at / "name", name, check_dns1123_label(name.as_string()), errors);
  }
  if (container["image"].empty()) errors.push_back(required(at / "image"));
  const std::string_view policy = container["terminationMessagePolicy"].as_string();
  if (policy.empty()) {
    errors.push_back(required(at / "terminationMessagePolicy"));
  } else if (policy != "File" && policy != "FallbackToLogsOnError") {
    errors.push_back(unsupported(at / "terminationMessagePolicy",
                                 container["terminationMessagePolicy"],
                                 {"File", "FallbackToLogsOnError"}));
  }
  validate_ports(container["ports"], at / "ports", errors);
  validate_env(container["env"], at / "env", errors);
  validate_env_from(container["envFrom"], at / "envFrom", errors);
  validate_volume_mounts(container, volumes, at / "volumeMounts", errors);
  validate_volume_devices(container, volumes, at / "volumeDevices", errors);
  const std::string_view pull = container["imagePullPolicy"].as_string();
  if (pull.empty()) {
    errors.push_back(required(at / "imagePullPolicy"));
  } else if (pull != "Always" && pull != "IfNotPresent" && pull != "Never") {
    errors.push_back(unsupported(at / "imagePullPolicy", container["imagePullPolicy"],
                                 {"Always", "IfNotPresent", "Never"}));
  }
  validate_resources(container["resources"], at / "resources", errors);
  if (container.has("securityContext"))
    validate_security_context(container["securityContext"], at / "securityContext", errors);
}

// Two containers cannot have the same port of the host.
void validate_host_ports(const Value& containers, const FieldPath& path, FieldErrors& errors) {
  Names taken;
  std::size_t index = 0;
  for (const Value& container : containers.items()) {
    const FieldPath at = path.index(index++);
    const FieldPath ports = at / "ports";
    std::size_t port_index = 0;
    for (const Value& port : container["ports"].items()) {
      const FieldPath here = ports.index(port_index++);
      if (port["hostPort"].as_int() == 0) continue;
      std::string which = port["protocol"].str() + "/" + port["hostIP"].str() + "/" +
                          std::to_string(port["hostPort"].as_int());
      if (taken.contains(which)) {
        errors.push_back(duplicate(here / "hostPort", Value(which)));
      } else {
        taken.insert(std::move(which));
      }
    }
  }
}

}  // namespace

void validate_resources(const Value& resources, const FieldPath& path, FieldErrors& errors) {
  const FieldPath limits = path / "limits";
  const FieldPath requests = path / "requests";
  bool huge_pages = false;
  bool cpu_or_memory = false;
  const auto note = [&](std::string_view name) {
    huge_pages = huge_pages || name.starts_with("hugepages-");
    cpu_or_memory = cpu_or_memory || name == "cpu" || name == "memory";
  };
  for (const Value::Member& limit : resources["limits"].members()) {
    validate_requirement(limit.key, limit.value, limits.key(limit.key), errors);
    note(limit.key);
  }
  for (const Value::Member& request : resources["requests"].members()) {
    validate_requirement(request.key, request.value, requests.key(request.key), errors);
    note(request.key);
    const Value* limit = resources["limits"].find(request.key);
    if (limit == nullptr) {
      if (!may_overcommit(request.key)) {
        errors.push_back(required(limits, "Limit must be set for non overcommitable resources"));
      }
      continue;
    }
    const Quantity asked = Quantity::parse(request.value.as_string()).value_or(Quantity());
    const Quantity most = Quantity::parse(limit->as_string()).value_or(Quantity());
    if (asked != most && !may_overcommit(request.key)) {
      errors.push_back(
          invalid_value(requests, request.value,
                        "must be equal to " + request.key + " limit of " + limit->str()));
    } else if (asked > most) {
      errors.push_back(invalid_value(
          requests, request.value,
          "must be less than or equal to " + request.key + " limit of " + limit->str()));
    }
  }
  if (huge_pages && !cpu_or_memory)
    errors.push_back(forbidden_field(path, "HugePages require cpu or memory"));
}

void validate_containers(const Value& spec, const Volumes& volumes, const FieldPath& path,
                         FieldErrors& errors) {
  const FieldPath containers = path / "containers";
  const std::int64_t grace_seconds = spec["terminationGracePeriodSeconds"].as_int(30);
  if (spec["containers"].empty()) {
    errors.push_back(required(containers));
  }
  Names names;
  std::size_t index = 0;
  for (const Value& container : spec["containers"].items()) {
    const FieldPath at = containers.index(index++);
    validate_container(container, volumes, at, errors);
    if (!names.insert(container["name"].str()).second) {
      errors.push_back(duplicate(at / "name", container["name"]));
    }
    validate_probes(container, grace_seconds, at, errors);
    if (container.has("restartPolicy")) {
      errors.push_back(
          forbidden_field(at / "restartPolicy", "may not be set for non-init containers"));
    }
  }
  validate_host_ports(spec["containers"], containers, errors);
  const FieldPath init = path / "initContainers";
  index = 0;
  for (const Value& container : spec["initContainers"].items()) {
    const FieldPath at = init.index(index++);
    validate_container(container, volumes, at, errors);
    if (!container["name"].empty() && !names.insert(container["name"].str()).second) {
      errors.push_back(duplicate(at / "name", container["name"]));
    }
    if (const Value* policy = container.find("restartPolicy")) {
      if (policy->as_string() != "Always")
        errors.push_back(unsupported(at / "restartPolicy", *policy, {"Always"}));
      validate_probes(container, grace_seconds, at, errors);
      continue;
    }
    for (const char* field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      if (container.has(field)) {
        errors.push_back(forbidden_field(
            at / field, "may not be set for init containers without restartPolicy=Always"));
      }
    }
  }
}

}  // namespace inferlab::sim
