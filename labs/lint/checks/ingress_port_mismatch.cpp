// ingress-port-mismatch: an Ingress asks a Service for a port that it does not have.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/ingress_backends.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const IngressBackend& backend : ingress_backends(bundle)) {
    const Object* service = bundle.find("Service", backend.ingress->ns, backend.service);
    if (service == nullptr) continue;
    const sim::Value& ports = service->value["spec"]["ports"];
    const bool has_port =
        std::any_of(ports.items().begin(), ports.items().end(), [&](const sim::Value& port) {
          return backend.port.has("name")
                     ? port["name"].as_string() == backend.port["name"].as_string()
                     : port["port"].as_int() == backend.port["number"].as_int();
        });
    if (has_port) continue;
    report.add(
        *backend.ingress, backend.path + ".service.port",
        fmt::format("Service \"{}\" has no port {}", backend.service,
                    backend.port.has("name") ? backend.port["name"].str()
                                             : fmt::format("{}", backend.port["number"].as_int())));
  }
}

}  // namespace

const Check kIngressPortMismatch = {
    .id = "ingress-port-mismatch",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "an Ingress asks a Service for a port that it does not have",
    .why = "The controller finds no endpoints for the path: every request is answered with 503.",
    .mend = "Use a port of the Service, by its number or name.",
    .rows = "K8S-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
