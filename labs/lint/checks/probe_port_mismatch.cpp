// probe-port-mismatch: a probe asks a port that the container does not have.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

std::string shown(const sim::Value& port) {
  return port.is_string() ? fmt::format("\"{}\"", port.as_string())
                          : fmt::format("{}", port.as_int());
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      for (const char* kind : {"startupProbe", "readinessProbe", "livenessProbe"}) {
        for (const char* handler : {"httpGet", "tcpSocket", "grpc"}) {
          const sim::Value& port = container.value[kind][handler]["port"];
          if (port.is_null() || container.has_port(port)) continue;
          // A container need not tell its ports: a number is then as good as any.
          if (!container.names_ports() && port.is_int()) continue;
          report.add(*workload.object, container.at(fmt::format("{}.{}.port", kind, handler)),
                     fmt::format("{} of container \"{}\" asks port {}, which it does not have",
                                 kind, container.name, shown(port)));
        }
      }
    }
  }
}

}  // namespace

const Check kProbePortMismatch = {
    .id = "probe-port-mismatch",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a probe asks a port that the container does not have",
    .why =
        "The probe never succeeds: the replica never becomes Ready, or is killed again and again, "
        "while the server is well.",
    .mend = "Name one of the container's ports.",
    .rows = "PRB-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
