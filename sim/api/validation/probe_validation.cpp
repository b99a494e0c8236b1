// Probes and lifecycle hooks.
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_http_get(const Value& action, const FieldPath& path, FieldErrors& errors) {
  if (action["path"].empty()) errors.push_back(required(path / "path"));
  validate_port_or_name(path / "port", action["port"], errors);
  const std::string_view scheme = action["scheme"].as_string();
  if (scheme != "HTTP" && scheme != "HTTPS") {
    errors.push_back(unsupported(path / "scheme", action["scheme"], {"HTTP", "HTTPS"}));
  }
  for (const Value& header : action["httpHeaders"].items()) {
    const Value name(header["name"].as_string());
    add_name_errors(path / "httpHeaders", name, check_http_header_name(name.as_string()), errors);
  }
}

// A hook that sleeps past the end of the Pod's grace period would never be done.
// Source: Kubernetes 1.32, pkg/apis/core/validation, validateSleepAction.
void validate_sleep(const Value& action, std::int64_t grace_seconds, const FieldPath& path,
                    FieldErrors& errors) {
  const std::int64_t seconds = action["seconds"].as_int();
  if (seconds > 0 && seconds <= grace_seconds) return;
  errors.push_back(invalid_value(
      path, Value(seconds),
      "must be greater than 0 and less than terminationGracePeriodSeconds (" +
          std::to_string(grace_seconds) +
          "). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."));
}

// One action, and one only.
void validate_handler(const Value& handler, std::int64_t grace_seconds, const FieldPath& path,
                      FieldErrors& errors) {
  std::size_t handlers = 0;
  for (const char* type : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    const Value* action = handler.find(type);
    if (action == nullptr) continue;
    const FieldPath at = path / type;
    if (handlers++ > 0) {
      errors.push_back(forbidden_field(at, "may not specify more than 1 handler type"));
      continue;
    }
    const std::string_view name = type;
    if (name == "exec" && (*action)["command"].empty()) errors.push_back(required(at / "command"));
    if (name == "httpGet") validate_http_get(*action, at, errors);
    if (name == "tcpSocket") validate_port_or_name(at / "port", (*action)["port"], errors);
    if (name == "sleep") validate_sleep(*action, grace_seconds, at, errors);
    if (name == "grpc") validate_port_number(at / "port", (*action)["port"], errors);
  }
  if (handlers == 0) errors.push_back(required(path, "must specify a handler type"));
}

void validate_probe(const Value& probe, const FieldPath& path, FieldErrors& errors) {
  validate_handler(probe, 0, path, errors);  // a probe cannot sleep
  for (const char* field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                            "successThreshold", "failureThreshold"}) {
    validate_not_negative(path / field, probe[field], errors);
  }
  if (const Value* grace = probe.find("terminationGracePeriodSeconds");
      grace != nullptr && grace->as_int() <= 0) {
    errors.push_back(
        invalid_value(path / "terminationGracePeriodSeconds", *grace, "must be greater than 0"));
  }
}

}  // namespace

void validate_port_number(const FieldPath& path, const Value& port, FieldErrors& errors) {
  const std::int64_t number = port.as_int();
  if (number < 1 || number > 65535) {
    errors.push_back(invalid_value(path, Value(number), "must be between 1 and 65535, inclusive"));
  }
}

void validate_port_or_name(const FieldPath& path, const Value& port, FieldErrors& errors) {
  if (port.is_string()) {
    add_name_errors(path, port, check_port_name(port.as_string()), errors);
  } else {
    validate_port_number(path, port, errors);
  }
}

void validate_probes(const Value& container, std::int64_t grace_seconds, const FieldPath& path,
                     FieldErrors& errors) {
  if (const Value* lifecycle = container.find("lifecycle")) {
    const FieldPath at = path / "lifecycle";
    for (const char* hook : {"postStart", "preStop"}) {
      if (const Value* handler = lifecycle->find(hook))
        validate_handler(*handler, grace_seconds, at / hook, errors);
    }
  }
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const Value* probe = container.find(name);
    if (probe == nullptr) continue;
    const FieldPath at = path / name;
    validate_probe(*probe, at, errors);
    if (std::string_view(name) == "readinessProbe") {
      if (const Value* grace = probe->find("terminationGracePeriodSeconds")) {
        errors.push_back(invalid_value(at / "terminationGracePeriodSeconds", *grace,
                                       "must not be set for readinessProbes"));
      }
    } else if ((*probe)["successThreshold"].as_int() != 1) {
      errors.push_back(
          invalid_value(at / "successThreshold", (*probe)["successThreshold"], "must be 1"));
    }
  }
}

}  // namespace inferlab::sim
