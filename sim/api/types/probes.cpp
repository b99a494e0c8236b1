// Schema tables: probes and lifecycle hooks.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kExecActionFields[] = {
    {.name = "command", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kHTTPHeaderFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "value", .required = true, .default_json = "\"\""},
};

constexpr Field kHTTPGetActionFields[] = {
    {.name = "host", .omit_zero = true},
    {.name = "httpHeaders",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHTTPHeader,
     .list_type = "atomic"},
    {.name = "path", .omit_zero = true},
    {.name = "port", .type = FieldType::kIntOrString, .required = true},
    {.name = "scheme", .omit_zero = true},
};

constexpr Field kSleepActionFields[] = {
    {.name = "seconds", .type = FieldType::kInt64, .required = true, .default_json = "0"},
};

constexpr Field kTCPSocketActionFields[] = {
    {.name = "host", .omit_zero = true},
    {.name = "port", .type = FieldType::kIntOrString, .required = true},
};

constexpr Field kLifecycleHandlerFields[] = {
    {.name = "exec", .type = FieldType::kObject, .object = &kExecAction},
    {.name = "httpGet", .type = FieldType::kObject, .object = &kHTTPGetAction},
    {.name = "sleep", .type = FieldType::kObject, .object = &kSleepAction},
    {.name = "tcpSocket", .type = FieldType::kObject, .object = &kTCPSocketAction},
};

constexpr Field kLifecycleFields[] = {
    {.name = "postStart", .type = FieldType::kObject, .object = &kLifecycleHandler},
    {.name = "preStop", .type = FieldType::kObject, .object = &kLifecycleHandler},
};

constexpr Field kGRPCActionFields[] = {
    {.name = "port", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "service", .default_json = "\"\""},
};

constexpr Field kProbeFields[] = {
    {.name = "exec",
     .type = FieldType::kObject,
     .object = &kExecAction,
     .description = "A command that must end with status 0."},
    {.name = "failureThreshold",
     .type = FieldType::kInt32,
     .description = "Failures in a row that count as failed; 3 if not stated.",
     .omit_zero = true},
    {.name = "grpc",
     .type = FieldType::kObject,
     .object = &kGRPCAction,
     .description = "A gRPC health check."},
    {.name = "httpGet",
     .type = FieldType::kObject,
     .object = &kHTTPGetAction,
     .description = "An HTTP request that must be answered with 200 to 399."},
    {.name = "initialDelaySeconds",
     .type = FieldType::kInt32,
     .description = "Seconds after the start of the container before the first probe.",
     .omit_zero = true},
    {.name = "periodSeconds",
     .type = FieldType::kInt32,
     .description = "Seconds between probes; 10 if not stated.",
     .omit_zero = true},
    {.name = "successThreshold",
     .type = FieldType::kInt32,
     .description = "Successes in a row that count as well again; 1 if not stated.",
     .omit_zero = true},
    {.name = "tcpSocket",
     .type = FieldType::kObject,
     .object = &kTCPSocketAction,
     .description = "A TCP connection that must be accepted."},
    {.name = "terminationGracePeriodSeconds", .type = FieldType::kInt64},
    {.name = "timeoutSeconds",
     .type = FieldType::kInt32,
     .description = "Seconds after which a probe without an answer has failed; 1 if not stated.",
     .omit_zero = true},
};

}  // namespace

constinit const Type kExecAction = {"io.k8s.api.core.v1.ExecAction", "", kExecActionFields};
constinit const Type kHTTPHeader = {"io.k8s.api.core.v1.HTTPHeader", "", kHTTPHeaderFields};
constinit const Type kHTTPGetAction = {"io.k8s.api.core.v1.HTTPGetAction", "",
                                       kHTTPGetActionFields};
constinit const Type kSleepAction = {"io.k8s.api.core.v1.SleepAction", "", kSleepActionFields};
constinit const Type kTCPSocketAction = {"io.k8s.api.core.v1.TCPSocketAction", "",
                                         kTCPSocketActionFields};
constinit const Type kLifecycleHandler = {"io.k8s.api.core.v1.LifecycleHandler", "",
                                          kLifecycleHandlerFields};
constinit const Type kLifecycle = {"io.k8s.api.core.v1.Lifecycle", "", kLifecycleFields};
constinit const Type kGRPCAction = {"io.k8s.api.core.v1.GRPCAction", "", kGRPCActionFields};
constinit const Type kProbe = {"io.k8s.api.core.v1.Probe", "", kProbeFields};

}  // namespace inferlab::sim::types
